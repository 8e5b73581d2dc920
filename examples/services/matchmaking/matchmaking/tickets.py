"""The players who wait, in buckets of similar rating."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from matchmaking.models import Mode, Region

BUCKET_WIDTH = 100


@dataclass(frozen=True)
class Ticket:
    """A waiting player, and since when."""

    player: str
    rating: int
    region: Region
    mode: Mode
    queued_at: float

    @property
    def bucket(self) -> tuple[Mode, int]:
        """Return where the ticket is filed."""
        return self.mode, self.rating // BUCKET_WIDTH


class TicketPool:
    """Holds at most one ticket per player.

    A search looks only into the buckets that its window touches, so its cost follows
    the number of similar players, not of all.
    """

    def __init__(self) -> None:
        self._tickets: dict[str, Ticket] = {}
        self._buckets: dict[tuple[Mode, int], dict[str, Ticket]] = defaultdict(dict)

    def __len__(self) -> int:
        return len(self._tickets)

    def get(self, player: str) -> Ticket | None:
        """Return the player's ticket, if there is one."""
        return self._tickets.get(player)

    def add(self, ticket: Ticket) -> bool:
        """File a ticket; False means that the player has one."""
        if ticket.player in self._tickets:
            return False
        self._tickets[ticket.player] = ticket
        self._buckets[ticket.bucket][ticket.player] = ticket
        return True

    def remove(self, player: str) -> bool:
        """Drop a player's ticket; False means that there is none."""
        ticket = self._tickets.pop(player, None)
        if not ticket:
            return False
        bucket = self._buckets[ticket.bucket]
        del bucket[player]
        if not bucket:
            del self._buckets[ticket.bucket]
        return True

    def oldest_first(self) -> list[Ticket]:
        """Return all tickets in the order in which they deserve an opponent."""
        return sorted(
            self._tickets.values(), key=lambda ticket: (ticket.queued_at, ticket.player)
        )

    def near(self, ticket: Ticket, window: int) -> Iterator[Ticket]:
        """Yield the other tickets of the same mode with a rating within the window."""
        lowest = (ticket.rating - window) // BUCKET_WIDTH
        highest = (ticket.rating + window) // BUCKET_WIDTH
        for number in range(lowest, highest + 1):
            # Not indexing: a look-up would leave an empty bucket behind.
            for other in self._buckets.get((ticket.mode, number), {}).values():
                is_within = abs(other.rating - ticket.rating) <= window
                if is_within and other.player != ticket.player:
                    yield other
