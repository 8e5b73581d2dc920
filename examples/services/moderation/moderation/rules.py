"""The rules, each a function from a text to the parts that it objects to."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from moderation.folding import FoldedText, fold
from moderation.models import Action
from moderation.terms import term_pattern

Span = tuple[int, int]

_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w+])\+?\d(?:[ /().-]{0,2}\d){8,14}(?!\w)")
_FLOOD = re.compile(r"(\S)\1{9,}|(\S{2,20})(?:\s+\2){4,}", re.IGNORECASE)

_SHORTEST_SHOUT = 12
_SHOUT_RATIO = 0.8


@dataclass(frozen=True)
class Text:
    """A text as it was written, and folded."""

    original: str
    folded: FoldedText

    @classmethod
    def of(cls, original: str) -> "Text":
        """Return the text with its folded form."""
        return cls(original, fold(original))


@dataclass(frozen=True)
class Rule:
    """Something that a text must not have."""

    name: str
    action: Action
    description: str
    find: Callable[[Text], Iterator[Span]]


def term_rule(name: str, action: Action, description: str, terms: list[str]) -> Rule:
    """Return a rule against words and phrases."""
    patterns = [term_pattern(term) for term in terms]

    def find(text: Text) -> Iterator[Span]:
        for pattern in patterns:
            for match in pattern.finditer(text.folded.text):
                yield text.folded.original_span(*match.span())

    return Rule(name, action, description, find)


def default_rules() -> list[Rule]:
    """Return the rules of the game."""
    return [
        term_rule(
            "threat",
            Action.REJECT,
            "wishing somebody harm",
            ["kys", "kill yourself", "i will find you"],
        ),
        term_rule(
            "insult",
            Action.MASK,
            "calling somebody names",
            ["idiot", "moron", "loser", "scum"],
        ),
        Rule("link", Action.REJECT, "a link to elsewhere", _spans_of(_LINK)),
        Rule("mail", Action.MASK, "a mail address", _spans_of(_MAIL)),
        Rule("phone", Action.MASK, "a telephone number", _spans_of(_PHONE)),
        Rule("flood", Action.REJECT, "the same again and again", _spans_of(_FLOOD)),
        Rule("shout", Action.REJECT, "nearly all capitals", _find_shout),
    ]


def _spans_of(pattern: re.Pattern[str]) -> Callable[[Text], Iterator[Span]]:
    def find(text: Text) -> Iterator[Span]:
        return (match.span() for match in pattern.finditer(text.original))

    return find


def _find_shout(text: Text) -> Iterator[Span]:
    # Scripts without capitals are never loud.
    letters = [each for each in text.original if each.lower() != each.upper()]
    loud = sum(each.isupper() for each in letters)
    if len(letters) >= _SHORTEST_SHOUT and loud >= _SHOUT_RATIO * len(letters):
        yield 0, len(text.original)
