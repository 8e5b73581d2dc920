"""Ranks in which equal scores are equal."""

from leaderboard.models import Entry


def rank_entries(
    rows: list[tuple[str, float]], first_position: int, first_rank: int
) -> list[Entry]:
    """Number consecutive rows of a board, best first: 1, 2, 2, 4.

    The first row's rank is given, because the row before it, with perhaps the same
    score, may not be among them.
    """
    entries: list[Entry] = []
    for position, (player, score) in enumerate(rows, start=first_position):
        if not entries:
            rank = first_rank
        elif entries[-1].score == score:
            rank = entries[-1].rank
        else:
            rank = position + 1
        entries.append(Entry(rank=rank, player=player, score=int(score)))
    return entries
