"""Profiles in the database."""

import uuid

import asyncpg
from gamekit.elo import STARTING_RATING
from gamekit.problems import Problem, not_found

from player_profile.models import NewPlayer, Player, PlayerChange, PlayerPage

_COLUMNS = "id, handle, region, rating, games_played, version, created_at"


async def create_player(pool: asyncpg.Pool, new: NewPlayer) -> Player:
    """Store a new player and return the profile."""
    try:
        row = await pool.fetchrow(
            "INSERT INTO players (id, handle, region, rating) VALUES ($1, $2, $3, $4)"
            f" RETURNING {_COLUMNS}",
            uuid.uuid4().hex,
            new.handle,
            new.region,
            STARTING_RATING,
        )
    except asyncpg.UniqueViolationError as error:
        raise _handle_taken(new.handle) from error
    return Player(**row)


async def get_player(pool: asyncpg.Pool, player_id: str) -> Player:
    """Return a profile by its id."""
    row = await pool.fetchrow(
        f"SELECT {_COLUMNS} FROM players WHERE id = $1", player_id
    )
    if not row:
        raise not_found(f"player {player_id}")
    return Player(**row)


async def find_player(pool: asyncpg.Pool, handle: str) -> Player:
    """Return a profile by its handle, in whatever case it is typed."""
    row = await pool.fetchrow(
        f"SELECT {_COLUMNS} FROM players WHERE lower(handle) = lower($1)", handle
    )
    if not row:
        raise not_found(f"player {handle!r}")
    return Player(**row)


async def list_players(
    pool: asyncpg.Pool, region: str | None, after: str | None, limit: int
) -> PlayerPage:
    """Return a page of profiles that starts after the given handle."""
    # A page is a range of the index, not an offset: rows that come or go meanwhile
    # neither repeat nor hide a player.
    rows = await pool.fetch(
        f"SELECT {_COLUMNS} FROM players"
        " WHERE ($1::text IS NULL OR region = $1)"
        " AND ($2::text IS NULL OR lower(handle) > lower($2))"
        " ORDER BY lower(handle) LIMIT $3",
        region,
        after,
        limit + 1,
    )
    players = [Player(**row) for row in rows[:limit]]
    has_more = len(rows) > limit
    return PlayerPage(players=players, next=players[-1].handle if has_more else None)


async def change_player(
    pool: asyncpg.Pool, player_id: str, change: PlayerChange
) -> Player:
    """Change a profile, unless someone else did since it was read."""
    try:
        row = await pool.fetchrow(
            "UPDATE players SET handle = coalesce($3, handle),"
            " region = coalesce($4, region), version = version + 1, updated_at = now()"
            f" WHERE id = $1 AND version = $2 RETURNING {_COLUMNS}",
            player_id,
            change.version,
            change.handle,
            change.region,
        )
    except asyncpg.UniqueViolationError as error:
        raise _handle_taken(change.handle) from error
    if row:
        return Player(**row)
    current = await get_player(pool, player_id)
    raise Problem(
        409,
        "stale",
        f"player {player_id} is at version {current.version}, not {change.version}: "
        "read it again and repeat the change",
    )


async def delete_player(pool: asyncpg.Pool, player_id: str) -> None:
    """Remove a profile."""
    status = await pool.execute("DELETE FROM players WHERE id = $1", player_id)
    if status == "DELETE 0":
        raise not_found(f"player {player_id}")


def _handle_taken(handle: str | None) -> Problem:
    return Problem(409, "handle_taken", f"the handle {handle!r} is taken")
