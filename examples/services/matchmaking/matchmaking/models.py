"""What the service takes and gives, over HTTP and NATS alike."""

from typing import Annotated, Literal

from gamekit.players import PlayerId
from pydantic import BaseModel, ConfigDict, Field

Mode = Literal["duel", "race"]
Region = Literal["eu", "us", "asia"]


class TicketRequest(BaseModel):
    """A player's wish to play."""

    model_config = ConfigDict(extra="forbid")

    player: PlayerId
    rating: Annotated[int, Field(ge=0, le=5000)]
    region: Region
    mode: Mode = "duel"


class CancelRequest(BaseModel):
    """A player's wish not to play any more."""

    model_config = ConfigDict(extra="forbid")

    player: PlayerId


class Match(BaseModel):
    """Two players who will play; the one who waited longer comes first."""

    id: str
    mode: Mode
    players: list[str]
    quality: float
    """1 for equal chances, 0 for a foregone conclusion."""


class TicketStatus(BaseModel):
    """How a player's search goes."""

    status: Literal["waiting", "matched"]
    window: int | None = None
    match: Match | None = None
