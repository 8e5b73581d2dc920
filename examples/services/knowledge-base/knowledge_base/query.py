"""What a player typed, taken apart: words, and phrases in double quotes."""

import re
from dataclasses import dataclass

from knowledge_base.text import tokenize

_PHRASE = re.compile(r'"([^"]*)"')


@dataclass(frozen=True)
class Query:
    """The terms that count for the rank, and the phrases that must occur."""

    terms: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]


def parse_query(text: str) -> Query:
    """Return the query of a text; an unclosed quote is an ordinary character."""
    phrases = [
        tuple(token.term for token in tokenize(phrase))
        for phrase in _PHRASE.findall(text)
    ]
    terms = dict.fromkeys(token.term for token in tokenize(text))
    # A phrase of one word demands the word; one of stop words only demands nothing.
    return Query(tuple(terms), tuple(phrase for phrase in phrases if phrase))
