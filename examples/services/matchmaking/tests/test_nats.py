import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from gamekit.testing import free_port
from nats.aio.subscription import Subscription

from matchmaking.app import create_app
from matchmaking.bus import confirm

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def running(env) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(env)
    transport = httpx2.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://matchmaking") as http,
    ):
        yield http


@pytest.fixture
async def http(nats_url, prefix) -> AsyncIterator[httpx2.AsyncClient]:
    """The service, connected to NATS and ticking as fast as it can."""
    env = {"NATS_URL": nats_url, "NATS_PREFIX": prefix, "TICK_MILLISECONDS": "1"}
    async with running(env) as http:
        while (await http.get("/ready")).status_code != 200:
            await asyncio.sleep(0.01)
        yield http


@pytest.fixture
async def listen(client, prefix):
    """Subscribes to matches, and returns when the server knows of it."""

    async def listen(mode: str) -> Subscription:
        subscription = await client.subscribe(f"{prefix}.matches.{mode}")
        await confirm(client)
        return subscription

    return listen


@pytest.fixture
async def ask(client, prefix, http):
    """Sends a request over NATS and returns the answer."""

    async def ask(name: str, body: object) -> dict:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = await client.request(f"{prefix}.{name}", data, timeout=30)
        return json.loads(answer.data)

    return ask


def ticket(player, rating=1200, **rest) -> dict:
    return {"player": player, "rating": rating, "region": "eu", **rest}


async def test_tickets_over_nats_become_a_match_on_nats(listen, ask):
    matches = await listen("duel")

    assert (await ask("tickets", ticket("a")))["ok"]
    assert (await ask("tickets", ticket("b", 1210)))["ok"]

    message = await matches.next_msg(timeout=30)
    match = json.loads(message.data)
    assert match["players"] == ["a", "b"]
    assert match["mode"] == "duel"


async def test_tickets_over_http_become_a_match_on_nats(listen, prefix, http):
    matches = await listen("*")

    for player in ("a", "b"):
        answer = await http.post("/tickets", json=ticket(player, mode="race"))
        assert answer.status_code == 201

    message = await matches.next_msg(timeout=30)
    assert message.subject == f"{prefix}.matches.race"
    match = json.loads(message.data)
    status = (await http.get("/tickets/a")).json()
    assert (status["status"], status["match"]["id"]) == ("matched", match["id"])


async def test_players_of_both_ways_meet(listen, ask, http):
    matches = await listen("duel")

    await ask("tickets", ticket("a"))
    await http.post("/tickets", json=ticket("b"))

    match = json.loads((await matches.next_msg(timeout=30)).data)
    assert sorted(match["players"]) == ["a", "b"]


async def test_a_ticket_can_be_cancelled_over_nats(ask, http):
    await ask("tickets", ticket("a"))
    assert (await http.get("/queue")).json() == {"duel": 1}

    assert await ask("cancel", {"player": "a"}) == {"ok": True}

    assert (await http.get("/queue")).json() == {}
    assert (await ask("cancel", {"player": "a"}))["code"] == "not_found"


async def test_a_second_ticket_is_refused_over_nats(ask):
    await ask("tickets", ticket("a"))

    answer = await ask("tickets", ticket("a"))

    assert (answer["ok"], answer["code"]) == (False, "already_queued")


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"not json", "message: Invalid JSON"),
        ({"player": "a", "region": "eu"}, "rating: Field required"),
        (ticket("a", -1), "rating: Input should be greater"),
        (ticket("a", mode="chess"), "mode: Input should be"),
    ],
)
async def test_an_unusable_ticket_is_answered_with_the_reason(ask, body, detail):
    answer = await ask("tickets", body)

    assert answer["code"] == "invalid"
    assert answer["detail"].startswith(detail)


async def test_tickets_are_refused_while_nats_is_away():
    env = {"NATS_URL": f"nats://127.0.0.1:{free_port()}"}

    async with running(env) as http:
        answer = await http.post("/tickets", json=ticket("a"))
        health = await http.get("/health")

    assert answer.status_code == 503
    assert answer.json()["detail"] == "NATS can't be reached"
    assert health.status_code == 200
