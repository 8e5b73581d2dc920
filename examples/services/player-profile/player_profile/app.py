"""The service's HTTP interface."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated

import asyncpg
from fastapi import FastAPI, Query
from gamekit.app import create_service
from gamekit.players import PlayerId
from gamekit.problems import answer_unavailable
from gamekit.settings import read_url

from player_profile import players, results
from player_profile.database import Database
from player_profile.models import (
    Handle,
    NewPlayer,
    Player,
    PlayerChange,
    PlayerPage,
    RatedResult,
    Region,
    Result,
)

NAME = "player-profile"


def create_app(env: Mapping[str, str]) -> FastAPI:
    """Return the application for the settings DATABASE_URL and DATABASE_SCHEMA."""
    database = Database(
        read_url(env, "DATABASE_URL", ("postgresql", "postgres")),
        schema=env.get("DATABASE_SCHEMA", "public"),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await database.close()

    app = create_service(NAME, {"postgres": database.check}, lifespan)
    answer_unavailable(
        app, (OSError, asyncpg.PostgresConnectionError), "the database can't be reached"
    )
    _add_player_routes(app, database)
    _add_result_routes(app, database)
    return app


def _add_player_routes(app: FastAPI, database: Database) -> None:
    @app.post("/players", status_code=201)
    async def create(new: NewPlayer) -> Player:
        """Sign a player up."""
        return await players.create_player(await database.pool(), new)

    @app.get("/players")
    async def page(
        region: Region | None = None,
        after: Handle | None = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> PlayerPage:
        """List players by handle, page by page."""
        return await players.list_players(await database.pool(), region, after, limit)

    @app.get("/players/by-handle/{handle}")
    async def by_handle(handle: Handle) -> Player:
        """Find a player by handle."""
        return await players.find_player(await database.pool(), handle)

    @app.get("/players/{player_id}")
    async def get(player_id: PlayerId) -> Player:
        """Return a profile."""
        return await players.get_player(await database.pool(), player_id)

    @app.patch("/players/{player_id}")
    async def change(player_id: PlayerId, change: PlayerChange) -> Player:
        """Change a profile."""
        return await players.change_player(await database.pool(), player_id, change)

    @app.delete("/players/{player_id}", status_code=204)
    async def delete(player_id: PlayerId) -> None:
        """Remove a profile."""
        await players.delete_player(await database.pool(), player_id)


def _add_result_routes(app: FastAPI, database: Database) -> None:
    @app.post("/results")
    async def record(result: Result) -> RatedResult:
        """Record how a match ended."""
        return await results.record_result(await database.pool(), result)
