"""The service's HTTP interface."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, Query
from gamekit.app import create_service
from gamekit.players import PlayerId
from gamekit.problems import answer_unavailable, unavailable
from gamekit.settings import read_url
from redis.asyncio import Redis
from redis.exceptions import ConnectionError, TimeoutError

from leaderboard.models import (
    Board,
    BoardName,
    BoardSettings,
    Entry,
    Standings,
    Submission,
)
from leaderboard.store import BoardStore

NAME = "leaderboard"
_CONNECT_SECONDS = 5

Limit = Annotated[int, Query(ge=1, le=100)]


def create_app(env: Mapping[str, str]) -> FastAPI:
    """Return the application for the settings REDIS_URL and REDIS_PREFIX."""
    url = read_url(env, "REDIS_URL", ("redis", "rediss"))
    redis = _connect(url) if url else None
    boards = BoardStore(redis, env.get("REDIS_PREFIX", NAME)) if redis else None

    def store() -> BoardStore:
        if not boards:
            raise unavailable("REDIS_URL is not set")
        return boards

    async def check() -> None:
        store()
        await redis.ping()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        if redis:
            await redis.aclose()

    app = create_service(NAME, {"redis": check}, lifespan)
    answer_unavailable(app, (ConnectionError, TimeoutError), "Redis can't be reached")
    _add_board_routes(app, store)
    _add_score_routes(app, store)
    return app


def _connect(url: str) -> Redis:
    # This only prepares the client: it connects with the first command.
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=_CONNECT_SECONDS,
        socket_timeout=_CONNECT_SECONDS,
    )


def _add_board_routes(app: FastAPI, store: Callable[[], BoardStore]) -> None:
    @app.put("/boards/{board}")
    async def create(board: BoardName, settings: BoardSettings) -> Board:
        """Create a board."""
        return await store().create(board, settings.mode)

    @app.get("/boards/{board}")
    async def get(board: BoardName) -> Board:
        """Return a board's settings."""
        return await store().get(board)

    @app.get("/boards/{board}/standings")
    async def standings(
        board: BoardName,
        offset: Annotated[int, Query(ge=0)] = 0,
        limit: Limit = 10,
        season: Annotated[int | None, Query(ge=1)] = None,
    ) -> Standings:
        """List a season's players, best first."""
        return await store().standings(board, offset, limit, season)

    @app.post("/boards/{board}/seasons")
    async def close_season(board: BoardName) -> dict[str, int]:
        """End the current season; its standings stay readable for 90 days."""
        return {"closed": await store().close_season(board)}


def _add_score_routes(app: FastAPI, store: Callable[[], BoardStore]) -> None:
    @app.post("/boards/{board}/scores")
    async def submit(board: BoardName, submission: Submission) -> Entry:
        """Take a player's score."""
        return await store().submit(board, submission)

    @app.get("/boards/{board}/players/{player}")
    async def entry(board: BoardName, player: PlayerId) -> Entry:
        """Return a player's rank."""
        return await store().entry(board, player)

    @app.get("/boards/{board}/players/{player}/around")
    async def around(
        board: BoardName,
        player: PlayerId,
        radius: Annotated[int, Query(ge=1, le=25)] = 2,
    ) -> Standings:
        """Return a player's neighbours."""
        return await store().around(board, player, radius)

    @app.delete("/boards/{board}/players/{player}", status_code=204)
    async def remove(board: BoardName, player: PlayerId) -> None:
        """Take a player off the board."""
        await store().remove(board, player)
