import asyncio
import uuid
from collections.abc import Iterator

import asyncpg
import pytest
from fastapi.testclient import TestClient
from gamekit.testing import backing_service_url

from player_profile.app import create_app


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def database_url() -> str:
    return backing_service_url(
        "DATABASE_URL", "postgresql://postgres:postgres@127.0.0.1:5432/postgres"
    )


@pytest.fixture
def schema(database_url: str) -> Iterator[str]:
    """A schema for one test alone, so that tests can't see each other's rows."""
    name = f"test_{uuid.uuid4().hex}"
    asyncio.run(execute(database_url, f"CREATE SCHEMA {name}"))
    yield name
    asyncio.run(execute(database_url, f"DROP SCHEMA {name} CASCADE"))


@pytest.fixture
def client(database_url: str, schema: str) -> Iterator[TestClient]:
    env = {"DATABASE_URL": database_url, "DATABASE_SCHEMA": schema}
    with TestClient(create_app(env)) as client:
        yield client


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
