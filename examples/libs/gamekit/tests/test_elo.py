import pytest

from gamekit.elo import LOWEST_RATING, expected_score, new_rating


def test_equal_players_have_equal_chances():
    assert expected_score(1500, 1500) == 0.5


def test_chances_of_both_players_add_up_to_one():
    assert expected_score(1700, 1400) + expected_score(1400, 1700) == pytest.approx(1)


@pytest.mark.parametrize(
    ("score", "games", "expected"),
    [(1, 0, 1220), (0, 0, 1180), (0.5, 0, 1200), (1, 10, 1210), (0, 10, 1190)],
)
def test_new_rating_against_an_equal_opponent(score, games, expected):
    assert new_rating(1200, 1200, score, games) == expected


def test_beating_a_stronger_player_is_worth_more():
    against_strong = new_rating(1200, 1600, 1, games_played=20)
    against_weak = new_rating(1200, 800, 1, games_played=20)

    assert against_strong > against_weak


def test_a_rating_never_falls_below_the_lowest():
    assert new_rating(LOWEST_RATING, LOWEST_RATING, 0, 0) == LOWEST_RATING


def test_an_impossible_score_is_refused():
    with pytest.raises(ValueError, match="0, 0.5 or 1"):
        new_rating(1200, 1200, 2, 0)
