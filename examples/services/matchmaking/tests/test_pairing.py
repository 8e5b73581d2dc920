import pytest

from matchmaking.pairing import form_pairs, match_of
from matchmaking.tickets import Ticket, TicketPool
from matchmaking.windows import WindowPolicy

POLICY = WindowPolicy(start=50, per_second=10, limit=400, any_region_after=20)


def ticket(player, rating, queued_at=0.0, region="eu", mode="duel") -> Ticket:
    return Ticket(player, rating, region, mode, queued_at)


def pool_of(*tickets: Ticket) -> TicketPool:
    pool = TicketPool()
    for each in tickets:
        assert pool.add(each)
    return pool


def names(pairs) -> list[tuple[str, str]]:
    return [(first.player, second.player) for first, second in pairs]


@pytest.mark.parametrize(
    ("waited", "width"), [(-1, 50), (0, 50), (1, 60), (12.5, 175), (35, 400), (99, 400)]
)
def test_the_window_widens_up_to_its_limit(waited, width):
    assert POLICY.window(waited) == width


def test_similar_players_are_paired_and_leave_the_pool():
    pool = pool_of(ticket("a", 1200), ticket("b", 1240))

    assert names(form_pairs(pool, POLICY, now=0)) == [("a", "b")]
    assert len(pool) == 0


def test_different_players_wait_until_both_windows_are_wide_enough():
    pool = pool_of(ticket("a", 1200), ticket("b", 1300, queued_at=10))

    assert form_pairs(pool, POLICY, now=10) == []
    assert form_pairs(pool, POLICY, now=14.9) == []
    assert names(form_pairs(pool, POLICY, now=15)) == [("a", "b")]


def test_players_who_are_too_far_apart_never_meet():
    pool = pool_of(ticket("a", 1000), ticket("b", 1401))

    assert form_pairs(pool, POLICY, now=10_000) == []


def test_the_one_who_waited_longest_chooses_first():
    pool = pool_of(ticket("late", 1210, 2), ticket("b", 1200, 1), ticket("old", 1220))

    assert names(form_pairs(pool, POLICY, now=2)) == [("old", "late")]
    assert pool.get("b")


def test_the_closest_rating_is_preferred():
    pool = pool_of(ticket("a", 1200), ticket("far", 1240), ticket("near", 1195))

    assert names(form_pairs(pool, POLICY, now=0)) == [("a", "near")]


def test_neighbouring_buckets_are_searched():
    pool = pool_of(ticket("a", 1199), ticket("b", 1201))

    assert names(form_pairs(pool, POLICY, now=0)) == [("a", "b")]


def test_other_modes_are_not_mixed():
    pool = pool_of(ticket("a", 1200, mode="duel"), ticket("b", 1200, mode="race"))

    assert form_pairs(pool, POLICY, now=1000) == []


def test_regions_are_mixed_only_after_both_have_waited():
    pool = pool_of(ticket("a", 1200), ticket("b", 1200, queued_at=5, region="us"))

    assert form_pairs(pool, POLICY, now=24) == []
    assert names(form_pairs(pool, POLICY, now=25)) == [("a", "b")]


def test_of_three_equals_the_newest_goes_on_waiting():
    pool = pool_of(ticket("a", 1200, 0), ticket("b", 1200, 1), ticket("c", 1200, 2))

    assert names(form_pairs(pool, POLICY, now=3)) == [("a", "b")]
    assert [left.player for left in pool.oldest_first()] == ["c"]


def test_quality_falls_with_the_difference():
    equal = match_of((ticket("a", 1200), ticket("b", 1200)))
    uneven = match_of((ticket("a", 1200), ticket("b", 1600)))

    assert equal.quality == 1
    assert 0 < uneven.quality < 0.3


def test_a_player_has_one_ticket_at_most():
    pool = pool_of(ticket("a", 1200))

    assert not pool.add(ticket("a", 1500))
    assert pool.get("a").rating == 1200
    assert pool.remove("a")
    assert not pool.remove("a")
