"""What the service takes and gives."""

from datetime import datetime
from typing import Annotated, Literal

from gamekit.players import PlayerId
from pydantic import BaseModel, ConfigDict, StringConstraints

Handle = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=3,
        max_length=20,
        pattern=r"^[A-Za-z][A-Za-z0-9_-]*$",
    ),
]
Region = Literal["eu", "us", "asia"]


class Input(BaseModel):
    """Refuses fields that it doesn't know, so that a typo isn't a silent no-op."""

    model_config = ConfigDict(extra="forbid")


class NewPlayer(Input):
    """What is needed to sign up."""

    handle: Handle
    region: Region


class PlayerChange(Input):
    """New values for a profile, and the version that they were based on."""

    version: int
    handle: Handle | None = None
    region: Region | None = None


class Player(BaseModel):
    """A player's profile."""

    id: str
    handle: str
    region: Region
    rating: int
    games_played: int
    version: int
    created_at: datetime


class PlayerPage(BaseModel):
    """Some players in the order of their handles, and where the next page starts."""

    players: list[Player]
    next: str | None


class Result(Input):
    """How a match ended, seen by the first player: 1 won, 0.5 drawn, 0 lost."""

    match_id: PlayerId
    first: PlayerId
    second: PlayerId
    score: Literal[1.0, 0.5, 0.0]


class RatedResult(BaseModel):
    """The ratings of both players after a match."""

    match_id: str
    first_rating: int
    second_rating: int
