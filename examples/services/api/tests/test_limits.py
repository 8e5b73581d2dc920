import httpx2
from fastapi.testclient import TestClient

from api.app import create_app
from api.limits import RateLimiter


def test_a_burst_is_allowed_and_then_the_rate_holds(clock):
    limiter = RateLimiter(per_second=2, burst=3, clock=clock)

    assert [limiter.take("a") for _ in range(4)] == [0, 0, 0, 1]

    clock.now += 0.5
    assert [limiter.take("a") for _ in range(2)] == [0, 1]


def test_a_rest_never_saves_up_more_than_a_burst(clock):
    limiter = RateLimiter(per_second=1, burst=2, clock=clock)
    limiter.take("a")

    clock.now += 3600

    assert [limiter.take("a") for _ in range(3)] == [0, 0, 1]


def test_clients_do_not_use_up_each_others_share(clock):
    limiter = RateLimiter(per_second=1, burst=1, clock=clock)

    assert [limiter.take("a"), limiter.take("b"), limiter.take("a")] == [0, 0, 1]


def test_a_flood_is_answered_with_when_to_come_again(env, backend, clock):
    backend.on("GET world_state/state", {})
    settings = {**env, "REQUEST_BURST": "1", "REQUESTS_PER_SECOND": "1"}
    app = create_app(settings, httpx2.MockTransport(backend), clock)
    with TestClient(app) as client:
        assert client.get("/v1/world").status_code == 200

        answer = client.get("/v1/world")
        health = client.get("/health")

    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "1"
    assert health.status_code == 200
