"""Patterns that find a word also when its letters are replaced, doubled or spread."""

import re

_REPLACEMENTS = {
    "a": "a4@",
    "b": "b8",
    "e": "e3",
    "g": "g9",
    "i": "i1!|",
    "l": "l1|",
    "o": "o0",
    "s": "s5$",
    "t": "t7+",
}
_SEPARATOR = r"[._*\-]?"
_GAP = r"[\W_]+"
# Whole words only: "class" contains an insult, and is none.
_NO_LETTER_BEFORE = r"(?<![^\W_])"
_NO_LETTER_AFTER = r"(?![^\W_])"


def term_pattern(term: str) -> re.Pattern[str]:
    """Return a pattern for a folded text in which the term is a word of its own.

    Words of a phrase may be apart by anything but letters and digits.
    """
    words = (_word_pattern(word) for word in term.split())
    return re.compile(_NO_LETTER_BEFORE + _GAP.join(words) + "s?" + _NO_LETTER_AFTER)


def _word_pattern(word: str) -> str:
    letters = (f"[{re.escape(_REPLACEMENTS.get(each, each))}]+" for each in word)
    return _SEPARATOR.join(letters)
