"""Brings a database to the schema that this version of the service needs."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import asyncpg

DIRECTORY = Path(__file__).parent / "migrations"
_FILE_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
# Any number does, as long as no other program of this database uses it.
_LOCK = 7_301_944

_CREATE_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    number integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


class MigrationError(RuntimeError):
    """The migration files and the database don't fit together."""


@dataclass(frozen=True)
class Migration:
    """One step of the schema: applied once, never edited afterwards."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """Return what changes when the file does."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def read_migrations(directory: Path = DIRECTORY) -> list[Migration]:
    """Return the migrations of a folder in order; their numbers have no gap."""
    migrations = []
    for path in sorted(directory.glob("*.sql")):
        match = _FILE_NAME.fullmatch(path.name)
        if not match:
            raise MigrationError(f"{path.name}: name it like 0001_what_it_does.sql")
        migrations.append(Migration(int(match[1]), path.name, path.read_text()))
    for expected, migration in enumerate(migrations, start=1):
        if migration.number != expected:
            raise MigrationError(f"{migration.name}: the next number is {expected:04}")
    return migrations


async def migrate(
    connection: asyncpg.Connection, migrations: list[Migration]
) -> list[str]:
    """Apply what is missing, all or nothing, and return the names of it."""
    async with connection.transaction():
        # Replicas start together; the lock lets one of them do the work. It ends with
        # the transaction, also when the process dies.
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        await connection.execute(_CREATE_TABLE)
        rows = await connection.fetch("SELECT number, checksum FROM schema_migrations")
        applied = {row["number"]: row["checksum"] for row in rows}
        _refuse_differences(migrations, applied)
        missing = [step for step in migrations if step.number not in applied]
        for step in missing:
            await connection.execute(step.sql)
            await connection.execute(
                "INSERT INTO schema_migrations (number, name, checksum)"
                " VALUES ($1, $2, $3)",
                step.number,
                step.name,
                step.checksum,
            )
    return [step.name for step in missing]


def _refuse_differences(migrations: list[Migration], applied: dict[int, str]) -> None:
    for step in migrations:
        checksum = applied.get(step.number, step.checksum)
        if checksum != step.checksum:
            raise MigrationError(
                f"{step.name} was edited after it was applied: restore it and write "
                "the change as a new migration"
            )
    newest = max(applied, default=0)
    if newest > len(migrations):
        raise MigrationError(
            f"the database is at migration {newest:04}, this version of the service "
            f"knows {len(migrations):04}: deploy the newer version"
        )
