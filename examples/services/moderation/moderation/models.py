"""What the service takes and gives."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

LONGEST_TEXT = 2000
LARGEST_BATCH = 100

Context = Literal["chat", "handle"]
"""Where the text appears: a chat message can be masked, a player's name can not."""


class Action(StrEnum):
    """What to do with a text, from mild to strict."""

    ALLOW = "allow"
    MASK = "mask"
    REJECT = "reject"


class Input(BaseModel):
    """Refuses fields that it doesn't know, so that a typo isn't a silent no-op."""

    model_config = ConfigDict(extra="forbid")


class TextToCheck(Input):
    """A text and where it would appear."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
    context: Context = "chat"


class Batch(Input):
    """Several texts at once."""

    texts: Annotated[list[TextToCheck], Field(min_length=1, max_length=LARGEST_BATCH)]


class Finding(BaseModel):
    """What a rule objects to; start and end count the characters of the text."""

    rule: str
    action: Action
    start: int
    end: int


class Verdict(BaseModel):
    """The strictest action that a rule asked for, and the text that may be shown."""

    action: Action
    text: str | None
    findings: list[Finding]


class Verdicts(BaseModel):
    """A verdict for each text, in the order of the texts."""

    verdicts: list[Verdict]


class RuleSummary(BaseModel):
    """A rule, for people."""

    name: str
    action: Action
    description: str
