"""What the service takes and gives."""

from typing import Annotated, Literal

from gamekit.players import PlayerId
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

BoardName = Annotated[
    str, StringConstraints(min_length=1, max_length=40, pattern=r"^[a-z0-9-]+$")
]

Mode = Literal["best", "sum", "last"]
"""What a board keeps of a player's scores: the highest, the total or the newest."""

# Redis keeps scores as doubles, which are exact up to here only.
LARGEST_SCORE = 2**53 - 1
Score = Annotated[int, Field(ge=-LARGEST_SCORE, le=LARGEST_SCORE)]


class Input(BaseModel):
    """Refuses fields that it doesn't know, so that a typo isn't a silent no-op."""

    model_config = ConfigDict(extra="forbid")


class BoardSettings(Input):
    """How a board treats the scores it is given."""

    mode: Mode = "best"


class Board(BaseModel):
    """A board and its current season."""

    name: str
    mode: Mode
    season: int
    players: int


class Submission(Input):
    """One player's new score."""

    player: PlayerId
    score: Score


class Entry(BaseModel):
    """One line of a board; players with the same score share a rank."""

    rank: int
    player: str
    score: int


class Standings(BaseModel):
    """Some lines of a board, best first."""

    board: str
    season: int
    total: int
    entries: list[Entry]
