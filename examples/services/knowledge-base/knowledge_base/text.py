"""From text to the words that a search compares."""

import re
import unicodedata
from dataclasses import dataclass

STOP_WORDS = frozenset(
    "a an and are as at be but by can do for from how i if in is it my of on or so "
    "that the their them then there these they this to was we what when where which "
    "who why will with you your".split()
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SIBILANT_PLURAL = re.compile(r"(?:ss|x|z|ch|sh)es$")
_SHORTEST_STEM = 3


@dataclass(frozen=True)
class Token:
    """A word as it is compared, and where it stands in the text."""

    term: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """Return the words of a text that carry meaning, in order."""
    tokens = []
    for match in _WORD.finditer(text):
        word = fold(match.group())
        if word not in STOP_WORDS:
            tokens.append(Token(stem(word), match.start(), match.end()))
    return tokens


def fold(word: str) -> str:
    """Return a word in lower case and without accents: "Café" is found by "cafe"."""
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def stem(word: str) -> str:
    """Return a word without its most common endings.

    It only has to bring forms of one word together; what is left needn't be a word.
    """
    word = _singular(word)
    for suffix in ("ing", "ed"):
        if _leaves_enough(word, suffix):
            word = _without_doubled_end(word.removesuffix(suffix))
            break
    # "rated" has lost its e by now, so "rate" must lose it too.
    return word.removesuffix("e") if _leaves_enough(word, "e") else word


def _singular(word: str) -> str:
    if _leaves_enough(word, "ies"):
        return word.removesuffix("ies") + "y"
    if _SIBILANT_PLURAL.search(word):
        return word.removesuffix("es")
    if word.endswith(("ss", "us", "is")) or not _leaves_enough(word, "s"):
        return word
    return word.removesuffix("s")


def _without_doubled_end(word: str) -> str:
    # "winning" and "win" differ by it; in "passing" the letters belong to the word.
    is_doubled = len(word) > _SHORTEST_STEM and word[-1] == word[-2]
    return word[:-1] if is_doubled and word[-1] not in "lsz" else word


def _leaves_enough(word: str, suffix: str) -> bool:
    return word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_STEM
