import httpx2
import pytest
from fastapi.testclient import TestClient
from gamekit.testing import free_port

from api.app import create_app
from api.breaker import FAILURES_TO_OPEN, SECONDS_OPEN, Breaker

STATE = "GET world_state/state"
COMMANDS = "POST world_state/commands"
LOST = httpx2.ConnectError("nobody listens")
SLOW = httpx2.ReadTimeout("too slow")


@pytest.mark.parametrize("fault", [LOST, SLOW, (503, {}), (502, {})])
def test_a_read_is_repeated_after_a_passing_fault(client, backend, fault):
    backend.on(STATE, fault, {"tick": 5})

    assert client.get("/v1/world").json() == {"tick": 5}
    assert backend.called() == [STATE, STATE]


@pytest.mark.parametrize("fault", [LOST, SLOW, (503, {})])
def test_a_write_is_never_repeated(client, backend, fault):
    backend.on(COMMANDS, fault)

    answer = client.post("/v1/world/commands", json={})

    assert answer.status_code == 503
    assert answer.json()["detail"] == "world-state can't answer now"
    assert backend.called() == [COMMANDS]


def test_a_refusal_keeps_its_status_and_words(client, backend):
    backend.on(COMMANDS, (422, {"detail": "kind must be spawn"}))

    answer = client.post("/v1/world/commands", json={})

    assert answer.status_code == 422
    assert answer.json()["detail"] == "kind must be spawn"
    assert answer.json()["code"] == "refused"


def test_a_service_that_keeps_failing_is_left_alone_for_a_while(client, backend, clock):
    backend.on(COMMANDS, LOST)
    for _ in range(FAILURES_TO_OPEN):
        client.post("/v1/world/commands", json={})

    answer = client.post("/v1/world/commands", json={})
    assert "is left alone" in answer.json()["detail"]
    assert len(backend.calls) == FAILURES_TO_OPEN

    clock.now += SECONDS_OPEN
    backend.on(COMMANDS, (202, {}))
    assert client.post("/v1/world/commands", json={}).status_code == 202
    assert client.post("/v1/world/commands", json={}).status_code == 202


def test_refusals_do_not_count_as_failures(client, backend):
    backend.on(COMMANDS, (422, {}))

    for _ in range(FAILURES_TO_OPEN + 1):
        assert client.post("/v1/world/commands", json={}).status_code == 422


def test_an_open_breaker_lets_one_trial_through(clock):
    breaker = Breaker(clock)
    for _ in range(FAILURES_TO_OPEN):
        breaker.failed()
    assert not breaker.allows()

    clock.now += SECONDS_OPEN

    assert breaker.allows()
    assert not breaker.allows()


def test_the_request_id_travels_on(client, backend):
    backend.on(STATE, {})

    client.get("/v1/world", headers={"x-request-id": "abc"})

    assert backend.requests[0].headers["x-request-id"] == "abc"


def test_a_real_connection_that_is_refused_is_a_503():
    env = {"WORLD_STATE_URL": f"http://127.0.0.1:{free_port()}"}
    with TestClient(create_app(env)) as client:
        answer = client.get("/v1/world")

    assert answer.status_code == 503
    assert answer.json()["detail"] == "world-state can't answer now"


def test_a_service_without_an_address_is_a_503_that_says_so():
    with TestClient(create_app({})) as client:
        answer = client.get("/v1/world")
        ready = client.get("/ready")

    assert answer.json()["detail"] == "world-state has no address"
    assert "WORLD_STATE_URL" in ready.json()["checks"]["settings"]


def test_readiness_calls_nobody(client, backend):
    assert client.get("/ready").status_code == 200
    assert backend.calls == []
