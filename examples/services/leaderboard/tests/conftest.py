import uuid
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from gamekit.testing import backing_service_url
from redis import Redis

from leaderboard.app import create_app


@pytest.fixture
def redis_url() -> str:
    return backing_service_url("REDIS_URL", "redis://127.0.0.1:6379")


@pytest.fixture
def prefix(redis_url: str) -> Iterator[str]:
    """A key prefix for one test alone; what it wrote is removed afterwards."""
    name = f"test-{uuid.uuid4().hex}"
    yield name
    with Redis.from_url(redis_url) as redis:
        for key in redis.scan_iter(f"{name}:*"):
            redis.delete(key)


@pytest.fixture
def client(redis_url: str, prefix: str) -> Iterator[TestClient]:
    env = {"REDIS_URL": redis_url, "REDIS_PREFIX": prefix}
    with TestClient(create_app(env)) as client:
        yield client
