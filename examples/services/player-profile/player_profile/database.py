"""The connection pool, made when it is first needed."""

import asyncio
import logging

import asyncpg
from gamekit.problems import unavailable

from player_profile.migrations import MigrationError, migrate, read_migrations

_LOG = logging.getLogger(__name__)
_CONNECT_SECONDS = 5


class Database:
    """Connects and migrates on first use, and again after a failure.

    The service can start before its database does: until then requests are answered
    with 503 instead of the process ending and being restarted in a loop.
    """

    def __init__(self, url: str | None, schema: str = "public") -> None:
        self._url = url
        self._schema = schema
        self._pool: asyncpg.Pool | None = None
        self._connecting = asyncio.Lock()

    async def pool(self) -> asyncpg.Pool:
        """Return the pool of a migrated database, or raise why there is none."""
        if self._pool:
            return self._pool
        if not self._url:
            raise unavailable("DATABASE_URL is not set")
        async with self._connecting:
            if not self._pool:
                self._pool = await self._connect(self._url)
        return self._pool

    async def check(self) -> None:
        """Return when a query succeeds."""
        pool = await self.pool()
        await pool.fetchval("SELECT 1")

    async def close(self) -> None:
        """Give all connections back."""
        if self._pool:
            await self._pool.close()
            self._pool = None

    async def _connect(self, url: str) -> asyncpg.Pool:
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=8,
                timeout=_CONNECT_SECONDS,
                server_settings={"search_path": self._schema},
            )
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            _LOG.warning("the database can't be reached: %s", error)
            raise unavailable("the database can't be reached") from error
        try:
            async with pool.acquire() as connection:
                applied = await migrate(connection, read_migrations())
        except MigrationError as error:
            await pool.close()
            raise unavailable(str(error)) from error
        except BaseException:
            await pool.close()
            raise
        _LOG.info("connected; migrations applied: %s", ", ".join(applied) or "none")
        return pool
