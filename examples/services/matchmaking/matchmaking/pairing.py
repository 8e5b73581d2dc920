"""The rules by which two waiting players become a match."""

import uuid

from gamekit.elo import expected_score

from matchmaking.models import Match
from matchmaking.tickets import Ticket, TicketPool
from matchmaking.windows import WindowPolicy


def form_pairs(
    pool: TicketPool, policy: WindowPolicy, now: float
) -> list[tuple[Ticket, Ticket]]:
    """Take every possible pair out of the pool, those who waited longest first."""
    pairs = []
    for ticket in pool.oldest_first():
        if not pool.get(ticket.player):
            continue
        opponent = _best_opponent(pool, policy, ticket, now)
        if opponent:
            pool.remove(ticket.player)
            pool.remove(opponent.player)
            pairs.append((ticket, opponent))
    return pairs


def match_of(pair: tuple[Ticket, Ticket]) -> Match:
    """Return the match of two players."""
    first, second = pair
    imbalance = abs(expected_score(first.rating, second.rating) - 0.5) * 2
    return Match(
        id=uuid.uuid4().hex,
        mode=first.mode,
        players=[first.player, second.player],
        quality=round(1 - imbalance, 3),
    )


def _best_opponent(
    pool: TicketPool, policy: WindowPolicy, ticket: Ticket, now: float
) -> Ticket | None:
    window = policy.window(now - ticket.queued_at)
    candidates = [
        other
        for other in pool.near(ticket, window)
        if _agree(policy, ticket, other, now)
    ]
    if not candidates:
        return None
    return min(
        candidates,
        key=lambda other: (
            abs(other.rating - ticket.rating),
            other.queued_at,
            other.player,
        ),
    )


def _agree(policy: WindowPolicy, ticket: Ticket, other: Ticket, now: float) -> bool:
    # The newcomer's narrow window counts too: one player's long wait is no reason to
    # give another a hopeless game at once.
    difference = abs(ticket.rating - other.rating)
    if difference > policy.window(now - other.queued_at):
        return False
    if ticket.region == other.region:
        return True
    return all(
        policy.accepts_any_region(now - each.queued_at) for each in (ticket, other)
    )
