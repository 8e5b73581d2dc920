import pytest
from gamekit.problems import Problem

from matchmaking.matchmaker import Matchmaker
from matchmaking.models import Match, TicketRequest

pytestmark = pytest.mark.anyio


class Announcer:
    """Records what is announced, or refuses to."""

    def __init__(self) -> None:
        self.announced: list[Match] = []
        self.is_down = False

    async def __call__(self, match: Match) -> None:
        if self.is_down:
            raise ConnectionError("NATS is away")
        self.announced.append(match)


@pytest.fixture
def announcer() -> Announcer:
    return Announcer()


@pytest.fixture
def matchmaker(announcer) -> Matchmaker:
    return Matchmaker(announcer, clock=lambda: 100.0)


def request(player, rating=1200) -> TicketRequest:
    return TicketRequest(player=player, rating=rating, region="eu")


async def test_both_players_learn_of_their_match(matchmaker, announcer):
    assert matchmaker.enqueue(request("a")).status == "waiting"
    matchmaker.enqueue(request("b"))

    [match] = await matchmaker.tick()

    assert announcer.announced == [match]
    assert matchmaker.status("a").match == match
    assert matchmaker.status("b").match == match
    assert matchmaker.waiting() == {}


async def test_players_of_a_match_that_was_not_announced_go_on_waiting(
    matchmaker, announcer
):
    announcer.is_down = True
    matchmaker.enqueue(request("a"))
    matchmaker.enqueue(request("b"))

    assert await matchmaker.tick() == []
    assert matchmaker.waiting() == {"duel": 2}

    announcer.is_down = False
    assert len(await matchmaker.tick()) == 1


async def test_a_second_ticket_of_a_player_is_refused(matchmaker):
    matchmaker.enqueue(request("a"))

    with pytest.raises(Problem, match="player a waits already"):
        matchmaker.enqueue(request("a"))


async def test_a_player_can_search_again_after_a_match(matchmaker):
    matchmaker.enqueue(request("a"))
    matchmaker.enqueue(request("b"))
    await matchmaker.tick()

    assert matchmaker.enqueue(request("a")).status == "waiting"


async def test_a_cancelled_player_is_not_matched(matchmaker):
    matchmaker.enqueue(request("a"))
    matchmaker.cancel("a")
    matchmaker.enqueue(request("b"))

    assert await matchmaker.tick() == []
    with pytest.raises(Problem, match="a ticket of player a does not exist"):
        matchmaker.status("a")
