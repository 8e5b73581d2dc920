"""The matchmaker: takes tickets, forms matches at every tick and announces them."""

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress

from gamekit.problems import Problem, not_found

from matchmaking.models import Match, TicketRequest, TicketStatus
from matchmaking.pairing import form_pairs, match_of
from matchmaking.tickets import Ticket, TicketPool
from matchmaking.windows import WindowPolicy

_LOG = logging.getLogger(__name__)
_REMEMBERED_PLAYERS = 10_000

Announce = Callable[[Match], Awaitable[None]]


class Matchmaker:
    """Keeps the queue in memory; a player who is lost with it simply asks again."""

    def __init__(
        self,
        announce: Announce,
        clock: Callable[[], float],
        policy: WindowPolicy = WindowPolicy(),
    ) -> None:
        self._announce = announce
        self._clock = clock
        self._policy = policy
        self._pool = TicketPool()
        self._matches: OrderedDict[str, Match] = OrderedDict()

    def enqueue(self, request: TicketRequest) -> TicketStatus:
        """Let a player wait for an opponent."""
        ticket = Ticket(**request.model_dump(), queued_at=self._clock())
        if not self._pool.add(ticket):
            raise Problem(
                409, "already_queued", f"player {request.player} waits already"
            )
        # The last match is over for a player who looks for another.
        self._matches.pop(request.player, None)
        return self.status(request.player)

    def cancel(self, player: str) -> None:
        """Stop looking for an opponent."""
        if not self._pool.remove(player):
            raise not_found(f"a ticket of player {player}")

    def status(self, player: str) -> TicketStatus:
        """Return how a player's search goes."""
        ticket = self._pool.get(player)
        if ticket:
            window = self._policy.window(self._clock() - ticket.queued_at)
            return TicketStatus(status="waiting", window=window)
        match = self._matches.get(player)
        if match:
            return TicketStatus(status="matched", match=match)
        raise not_found(f"a ticket of player {player}")

    def waiting(self) -> dict[str, int]:
        """Return how many players wait, by mode."""
        return dict(Counter(ticket.mode for ticket in self._pool.oldest_first()))

    async def tick(self) -> list[Match]:
        """Form what matches there are, announce them, and return those announced."""
        announced = []
        for pair in form_pairs(self._pool, self._policy, self._clock()):
            match = match_of(pair)
            # Whoever hears of the match may ask for the ticket at once.
            self._remember(match)
            try:
                await self._announce(match)
            except Exception:
                # Nobody would tell these two to play, so they keep their place.
                _LOG.exception("match %s was not announced", match.id)
                self._requeue(pair)
                continue
            announced.append(match)
        return announced

    async def run(self, interval: float, stop: asyncio.Event) -> None:
        """Tick until told to stop; a tick that has begun is finished."""
        while not stop.is_set():
            await self.tick()
            with suppress(TimeoutError):
                async with asyncio.timeout(interval):
                    await stop.wait()

    def _requeue(self, pair: tuple[Ticket, Ticket]) -> None:
        for ticket in pair:
            self._matches.pop(ticket.player, None)
            self._pool.add(ticket)

    def _remember(self, match: Match) -> None:
        for player in match.players:
            self._matches[player] = match
        while len(self._matches) > _REMEMBERED_PLAYERS:
            self._matches.popitem(last=False)
