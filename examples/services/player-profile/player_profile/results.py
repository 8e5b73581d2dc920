"""Match results, and what they do to the ratings."""

import asyncpg
from gamekit.elo import new_rating
from gamekit.problems import Problem, not_found

from player_profile.models import RatedResult, Result


async def record_result(pool: asyncpg.Pool, result: Result) -> RatedResult:
    """Store a result and move both ratings; reporting it again changes nothing."""
    if result.first == result.second:
        raise Problem(422, "invalid", "a player can't play against themselves")
    async with pool.acquire() as connection, connection.transaction():
        players = await _lock_players(connection, result)
        # Looked up only under the locks: two reports of one match may come at once.
        known = await _find_result(connection, result)
        if known:
            return known
        return await _rate(connection, result, players)


async def _lock_players(
    connection: asyncpg.Connection, result: Result
) -> dict[str, asyncpg.Record]:
    # The order keeps A-B and B-A, reported at once, from waiting for one another.
    rows = await connection.fetch(
        "SELECT id, rating, games_played FROM players WHERE id = ANY($1)"
        " ORDER BY id FOR UPDATE",
        [result.first, result.second],
    )
    players = {row["id"]: row for row in rows}
    for player_id in (result.first, result.second):
        if player_id not in players:
            raise not_found(f"player {player_id}")
    return players


async def _find_result(
    connection: asyncpg.Connection, result: Result
) -> RatedResult | None:
    row = await connection.fetchrow(
        "SELECT * FROM results WHERE match_id = $1", result.match_id
    )
    if not row:
        return None
    stored = (row["first_player"], row["second_player"], row["score"])
    if stored != (result.first, result.second, result.score):
        raise Problem(
            409,
            "result_differs",
            f"match {result.match_id} was reported with another result",
        )
    return RatedResult(
        match_id=result.match_id,
        first_rating=row["first_rating"],
        second_rating=row["second_rating"],
    )


async def _rate(
    connection: asyncpg.Connection, result: Result, players: dict[str, asyncpg.Record]
) -> RatedResult:
    first, second = players[result.first], players[result.second]
    first_rating = new_rating(
        first["rating"], second["rating"], result.score, first["games_played"]
    )
    second_rating = new_rating(
        second["rating"], first["rating"], 1 - result.score, second["games_played"]
    )
    await connection.executemany(
        "UPDATE players SET rating = $2, games_played = games_played + 1,"
        " updated_at = now() WHERE id = $1",
        [(result.first, first_rating), (result.second, second_rating)],
    )
    await connection.execute(
        "INSERT INTO results (match_id, first_player, second_player, score,"
        " first_rating, second_rating) VALUES ($1, $2, $3, $4, $5, $6)",
        result.match_id,
        result.first,
        result.second,
        result.score,
        first_rating,
        second_rating,
    )
    return RatedResult(
        match_id=result.match_id,
        first_rating=first_rating,
        second_rating=second_rating,
    )
