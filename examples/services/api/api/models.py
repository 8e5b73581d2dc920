"""What clients send to the gateway."""

from typing import Annotated, Literal

from gamekit.players import PlayerId
from pydantic import BaseModel, ConfigDict, Field

Mode = Literal["duel", "race"]


class Input(BaseModel):
    """Refuses fields that it doesn't know, so that a typo isn't a silent no-op."""

    model_config = ConfigDict(extra="forbid")


class SignUp(Input):
    """A new player."""

    handle: Annotated[str, Field(min_length=1, max_length=64)]
    region: str


class Play(Input):
    """A player's wish for an opponent."""

    player: PlayerId
    mode: Mode = "duel"


class ChatMessage(Input):
    """Something that a player says."""

    player: PlayerId
    text: Annotated[str, Field(min_length=1, max_length=500)]


class Result(Input):
    """How a match ended, seen by the first player: 1 won, 0.5 drawn, 0 lost."""

    match_id: PlayerId
    first: PlayerId
    second: PlayerId
    score: Literal[1.0, 0.5, 0.0]
