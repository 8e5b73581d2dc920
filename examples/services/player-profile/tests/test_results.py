import asyncio
from collections.abc import AsyncIterator

import pytest
from gamekit.problems import Problem

from player_profile.database import Database
from player_profile.models import NewPlayer, Result
from player_profile.players import create_player, delete_player, get_player
from player_profile.results import record_result

pytestmark = pytest.mark.anyio


@pytest.fixture
async def pool(database_url: str, schema: str) -> AsyncIterator:
    database = Database(database_url, schema)
    yield await database.pool()
    await database.close()


@pytest.fixture
async def pair(pool) -> tuple[str, str]:
    first = await create_player(pool, NewPlayer(handle="Nova", region="eu"))
    second = await create_player(pool, NewPlayer(handle="Vega", region="eu"))
    return first.id, second.id


def result_of(pair, match_id="m1", score=1.0) -> Result:
    return Result(match_id=match_id, first=pair[0], second=pair[1], score=score)


async def test_a_win_moves_both_ratings_by_the_same(pool, pair):
    rated = await record_result(pool, result_of(pair))

    assert (rated.first_rating, rated.second_rating) == (1220, 1180)
    winner = await get_player(pool, pair[0])
    assert (winner.rating, winner.games_played) == (1220, 1)


async def test_reporting_a_match_again_changes_nothing(pool, pair):
    once = await record_result(pool, result_of(pair))
    again = await record_result(pool, result_of(pair))

    assert again == once
    assert (await get_player(pool, pair[0])).games_played == 1


async def test_reporting_a_match_with_another_result_is_refused(pool, pair):
    await record_result(pool, result_of(pair, score=1.0))

    with pytest.raises(Problem, match="another result"):
        await record_result(pool, result_of(pair, score=0.0))


async def test_results_reported_at_once_are_all_counted(pool, pair):
    swapped = (pair[1], pair[0])
    results = [
        result_of(pair if number % 2 else swapped, match_id=f"m{number}", score=0.5)
        for number in range(20)
    ]

    await asyncio.gather(*(record_result(pool, result) for result in results))

    for player_id in pair:
        assert (await get_player(pool, player_id)).games_played == 20


async def test_one_match_reported_many_times_at_once_counts_once(pool, pair):
    await asyncio.gather(*(record_result(pool, result_of(pair)) for _ in range(10)))

    assert (await get_player(pool, pair[0])).rating == 1220


async def test_a_player_has_no_result_against_themselves(pool, pair):
    with pytest.raises(Problem, match="themselves"):
        await record_result(pool, result_of((pair[0], pair[0])))


async def test_an_unknown_opponent_changes_nothing(pool, pair):
    with pytest.raises(Problem, match="player ghost does not exist"):
        await record_result(pool, result_of((pair[0], "ghost")))

    assert (await get_player(pool, pair[0])).games_played == 0


async def test_a_deleted_player_leaves_the_result_behind(pool, pair):
    await record_result(pool, result_of(pair))

    await delete_player(pool, pair[1])

    row = await pool.fetchrow("SELECT * FROM results")
    assert (row["first_player"], row["second_player"]) == (pair[0], None)
