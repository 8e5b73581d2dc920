import uuid
from collections.abc import AsyncIterator

import nats
import pytest
from gamekit.testing import backing_service_url
from nats.aio.client import Client


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def nats_url() -> str:
    return backing_service_url("NATS_URL", "nats://127.0.0.1:4222")


@pytest.fixture
def prefix() -> str:
    """Subjects for one test alone: nobody else listens below them."""
    return f"test-{uuid.uuid4().hex}"


@pytest.fixture
async def client(nats_url: str) -> AsyncIterator[Client]:
    """A game server's connection to NATS."""
    client = await nats.connect(nats_url, allow_reconnect=False, connect_timeout=30)
    yield client
    await client.close()
