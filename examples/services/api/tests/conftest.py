import json
from collections.abc import Iterator

import httpx2
import pytest
from fastapi.testclient import TestClient

from api.app import create_app

SERVICES = (
    "player_profile",
    "leaderboard",
    "matchmaking",
    "moderation",
    "knowledge_base",
    "world_state",
    "realtime_gateway",
)


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Backend:
    """Plays all other services: answers as a test says, and remembers the calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, object]] = []
        self.requests: list[httpx2.Request] = []
        self._answers: dict[str, object] = {}

    def on(self, call: str, *answers: object) -> None:
        """Set the answers to a call like "GET leaderboard/boards/a", the last one for
        all further calls. An answer is a body, a status with a body, or an error."""
        self._answers[call] = list(answers)

    def called(self) -> list[str]:
        return [call for call, _ in self.calls]

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        call = f"{request.method} {request.url.host}{request.url.path}"
        body = json.loads(request.content) if request.content else None
        self.calls.append((call, body))
        self.requests.append(request)
        assert call in self._answers, f"unexpected call: {call}"
        answers = self._answers[call]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        return httpx2.Response(status, json=body)


@pytest.fixture
def backend() -> Backend:
    return Backend()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def env() -> dict[str, str]:
    addresses = {f"{name.upper()}_URL": f"http://{name}" for name in SERVICES}
    return {**addresses, "REQUEST_BURST": "1000", "PUBLISH_TOKEN": "secret"}


@pytest.fixture
def client(env, backend, clock) -> Iterator[TestClient]:
    app = create_app(env, httpx2.MockTransport(backend), clock)
    with TestClient(app) as client:
        yield client
