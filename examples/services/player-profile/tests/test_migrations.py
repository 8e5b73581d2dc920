import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from player_profile.migrations import (
    Migration,
    MigrationError,
    migrate,
    read_migrations,
)

pytestmark = pytest.mark.anyio

FIRST = Migration(1, "0001_a.sql", "CREATE TABLE a (id integer)")
SECOND = Migration(2, "0002_b.sql", "CREATE TABLE b (id integer)")
BROKEN = Migration(2, "0002_b.sql", "CREATE TABLE b (id integer); SELECT nonsense")


@pytest.fixture
async def connection(database_url: str, schema: str) -> AsyncIterator:
    connection = await asyncpg.connect(
        database_url, server_settings={"search_path": schema}
    )
    yield connection
    await connection.close()


async def table_exists(connection, name: str) -> bool:
    return await connection.fetchval("SELECT to_regclass($1)", name) is not None


async def test_only_what_is_missing_is_applied(connection):
    assert await migrate(connection, [FIRST]) == ["0001_a.sql"]
    assert await migrate(connection, [FIRST, SECOND]) == ["0002_b.sql"]
    assert await migrate(connection, [FIRST, SECOND]) == []


async def test_a_failing_migration_leaves_the_database_as_it_was(connection):
    with pytest.raises(asyncpg.PostgresError):
        await migrate(connection, [FIRST, BROKEN])

    assert not await table_exists(connection, "a")
    assert await migrate(connection, [FIRST, SECOND]) == ["0001_a.sql", "0002_b.sql"]


async def test_an_edited_migration_is_refused(connection):
    await migrate(connection, [FIRST])
    edited = Migration(1, "0001_a.sql", "CREATE TABLE a (id bigint)")

    with pytest.raises(MigrationError, match="0001_a.sql was edited"):
        await migrate(connection, [edited])


async def test_a_database_from_a_newer_version_is_refused(connection):
    await migrate(connection, [FIRST, SECOND])

    with pytest.raises(MigrationError, match="deploy the newer version"):
        await migrate(connection, [FIRST])


async def test_replicas_that_start_together_migrate_once(database_url, schema):
    connections = [
        await asyncpg.connect(database_url, server_settings={"search_path": schema})
        for _ in range(4)
    ]

    applied = await asyncio.gather(
        *(migrate(connection, [FIRST, SECOND]) for connection in connections)
    )

    assert sum(applied, []) == ["0001_a.sql", "0002_b.sql"]
    for connection in connections:
        await connection.close()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["0001_a.sql", "0003_c.sql"], "0003_c.sql: the next number is 0002"),
        (["0001_a.sql", "0001_b.sql"], "0001_b.sql: the next number is 0002"),
        (["first.sql"], "name it like 0001_what_it_does.sql"),
    ],
)
def test_misnumbered_files_are_refused(tmp_path, names, message):
    for name in names:
        (tmp_path / name).write_text("SELECT 1")

    with pytest.raises(MigrationError, match=message):
        read_migrations(tmp_path)
