import pytest

from leaderboard.ranking import rank_entries


@pytest.mark.parametrize(
    ("scores", "first_position", "first_rank", "ranks"),
    [
        ([], 0, 1, []),
        ([9, 7, 5], 0, 1, [1, 2, 3]),
        ([9, 9, 5], 0, 1, [1, 1, 3]),
        ([9, 9, 9], 0, 1, [1, 1, 1]),
        ([5, 5, 4], 3, 2, [2, 2, 6]),
    ],
)
def test_equal_scores_share_a_rank(scores, first_position, first_rank, ranks):
    rows = [(f"p{number}", float(score)) for number, score in enumerate(scores)]

    entries = rank_entries(rows, first_position, first_rank)

    assert [entry.rank for entry in entries] == ranks
