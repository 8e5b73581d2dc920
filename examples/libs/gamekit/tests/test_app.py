import asyncio

import pytest
from fastapi.testclient import TestClient

from gamekit.app import create_service
from gamekit.health import health_router
from gamekit.players import PlayerId
from gamekit.problems import Problem, answer_unavailable, not_found
from gamekit.request_ids import current_request_id


async def succeed() -> None:
    return None


async def fail() -> None:
    raise ConnectionError("nobody listens")


async def hang() -> None:
    await asyncio.Event().wait()


def client_of(app) -> TestClient:
    return TestClient(app)


def test_health_answers_although_a_probe_fails():
    client = client_of(create_service("demo", {"db": fail}))

    answer = client.get("/health")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "service": "demo"}


def test_ready_when_every_probe_succeeds():
    answer = client_of(create_service("demo", {"db": succeed})).get("/ready")

    assert answer.status_code == 200
    assert answer.json()["checks"] == {"db": "ok"}


def test_not_ready_names_the_failing_probe_and_its_reason():
    app = create_service("demo", {"db": fail, "cache": succeed})

    answer = client_of(app).get("/ready")

    assert answer.status_code == 503
    assert answer.json()["checks"] == {"db": "nobody listens", "cache": "ok"}


def test_a_probe_that_hangs_counts_as_failed():
    app = create_service("demo")
    router = health_router("demo", {"db": hang}, probe_timeout=0.01)
    app.router.routes = list(router.routes)

    answer = client_of(app).get("/ready")

    assert answer.status_code == 503
    assert "no answer within" in answer.json()["checks"]["db"]


def test_a_problem_becomes_a_problem_document():
    app = create_service("demo")

    @app.get("/refuse")
    async def refuse() -> None:
        raise Problem(409, "handle_taken", "the handle is taken")

    answer = client_of(app).get("/refuse")

    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "status": 409,
        "title": "Conflict",
        "code": "handle_taken",
        "detail": "the handle is taken",
    }


def test_a_lost_backing_service_is_answered_with_503():
    app = create_service("demo")
    answer_unavailable(app, (ConnectionError,), "the cache can't be reached")

    @app.get("/lost")
    async def lost() -> None:
        raise ConnectionResetError("by peer")

    answer = client_of(app).get("/lost")

    assert answer.status_code == 503
    assert answer.json()["detail"] == "the cache can't be reached"


def test_an_unknown_path_is_a_problem_document_too():
    answer = client_of(create_service("demo")).get("/nowhere")

    assert answer.status_code == 404
    assert answer.json()["code"] == "http_error"


def test_bad_input_is_answered_with_the_field_and_without_the_input():
    app = create_service("demo")

    @app.get("/players/{player}")
    async def player(player: PlayerId) -> str:
        raise not_found(player)

    answer = client_of(app).get("/players/a%20b")

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("path.player:")
    assert "a b" not in answer.text


@pytest.mark.parametrize("given", ["abc-123", "A.b_c"])
def test_a_request_id_is_taken_over(given):
    app = create_service("demo")

    @app.get("/id")
    async def request_id() -> str:
        return current_request_id()

    answer = client_of(app).get("/id", headers={"x-request-id": given})

    assert answer.json() == given
    assert answer.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "has space", "x" * 65])
def test_an_unusable_request_id_is_replaced(given):
    app = create_service("demo")

    answer = client_of(app).get("/health", headers={"x-request-id": given})

    assert answer.headers["x-request-id"] != given
    assert len(answer.headers["x-request-id"]) == 32


def test_there_is_no_request_id_outside_a_request():
    assert current_request_id() == ""


def test_the_document_says_how_problems_are_answered():
    app = create_service("demo")

    @app.get("/players/{player}")
    async def player(player: PlayerId) -> str:
        return player

    operation = client_of(app).get("/openapi.json").json()["paths"]["/players/{player}"]

    answers = operation["get"]["responses"]
    assert list(answers) == ["200", "default"]
    assert list(answers["default"]["content"]) == ["application/problem+json"]
