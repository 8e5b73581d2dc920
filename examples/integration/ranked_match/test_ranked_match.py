"""A ranked match from sign-up to new ratings, through the services as deployed."""

import json
import os
import uuid
from collections.abc import AsyncIterator

import httpx2
import nats
import pytest
from nats.aio.client import Client
from nats.js import JetStreamContext

pytestmark = pytest.mark.anyio

SUBJECTS = "matchmaking.matches.*"
# Seconds before an answer counts as missing: a client's own limits (2 to 5 s) are
# for users who wait, and too short for a machine that builds images meanwhile.
PATIENCE = 30


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def bus() -> AsyncIterator[Client]:
    client = await nats.connect(
        os.environ["NATS_URL"], allow_reconnect=False, connect_timeout=PATIENCE
    )
    yield client
    await client.close()


@pytest.fixture
async def history(bus: Client) -> AsyncIterator[JetStreamContext.PullSubscription]:
    """A durable consumer of the matches, as a game server would keep one."""
    stream = bus.jetstream(timeout=PATIENCE)
    await stream.add_stream(name="matches", subjects=[SUBJECTS])
    yield await stream.pull_subscribe(SUBJECTS, durable="game-server")
    await stream.delete_stream("matches")


@pytest.fixture
async def profiles() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        base_url=os.environ["PLAYER_PROFILE_URL"], timeout=PATIENCE
    ) as client:
        yield client


@pytest.fixture
async def queue() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        base_url=os.environ["MATCHMAKING_URL"], timeout=PATIENCE
    ) as client:
        yield client


async def sign_up(profiles: httpx2.AsyncClient) -> dict:
    handle = f"p{uuid.uuid4().hex[:12]}"
    answer = await profiles.post("/players", json={"handle": handle, "region": "eu"})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def ask_for_match(bus: Client, player: dict) -> dict:
    ticket = {"player": player["id"], "rating": player["rating"], "region": "eu"}
    answer = await bus.request(
        "matchmaking.tickets", json.dumps(ticket).encode(), timeout=PATIENCE
    )
    return json.loads(answer.data)


async def test_a_ranked_match_moves_the_ratings(bus, history, profiles, queue):
    players = [await sign_up(profiles), await sign_up(profiles)]
    for player in players:
        assert (await ask_for_match(bus, player))["ok"]

    (message,) = await history.fetch(1, timeout=PATIENCE)
    await message.ack()
    match = json.loads(message.data)
    assert sorted(match["players"]) == sorted(player["id"] for player in players)

    winner, loser = match["players"]
    result = {"match_id": match["id"], "first": winner, "second": loser, "score": 1}
    answer = await profiles.post("/results", json=result)
    assert answer.status_code == 200, answer.text

    ratings = [
        (await profiles.get(f"/players/{player}")).json()["rating"]
        for player in (winner, loser)
    ]
    assert ratings == [1220, 1180]
    assert (await queue.get(f"/tickets/{winner}")).json()["match"]["id"] == match["id"]


async def test_a_match_waits_for_a_game_server_that_was_away(bus, history, profiles):
    for _ in range(2):
        await ask_for_match(bus, await sign_up(profiles))
    # Nobody listens now: the stream keeps the match until somebody comes back.
    (message,) = await history.fetch(1, timeout=PATIENCE)
    await message.nak()

    (again,) = await history.fetch(1, timeout=PATIENCE)

    assert again.metadata.num_delivered == 2
    assert json.loads(again.data)["id"] == json.loads(message.data)["id"]
    await again.ack()
