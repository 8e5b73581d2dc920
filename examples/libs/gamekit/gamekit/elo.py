"""Elo ratings: the number that says how strong a player is."""

STARTING_RATING = 1200
LOWEST_RATING = 100
_SPREAD = 400
_PROVISIONAL_GAMES = 10
_PROVISIONAL_STEP = 40
_SETTLED_STEP = 20


def expected_score(rating: int, opponent: int) -> float:
    """Return the chance to win against the opponent, from 0 to 1."""
    return 1 / (1 + 10 ** ((opponent - rating) / _SPREAD))


def new_rating(rating: int, opponent: int, score: float, games_played: int) -> int:
    """Return the rating after a game: score 1 is won, 0.5 drawn, 0 lost."""
    if score not in (0, 0.5, 1):
        raise ValueError(f"a score is 0, 0.5 or 1, not {score!r}")
    # A newcomer's rating is a guess, so it may move twice as fast.
    is_provisional = games_played < _PROVISIONAL_GAMES
    step = _PROVISIONAL_STEP if is_provisional else _SETTLED_STEP
    moved = rating + step * (score - expected_score(rating, opponent))
    return max(LOWEST_RATING, round(moved))
