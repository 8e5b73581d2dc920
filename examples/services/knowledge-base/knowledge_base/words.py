"""Words as the search sees them."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
# Words that are in nearly every article say nothing about any of them.
STOP_WORDS = frozenset(
    "a an and are as at be by can do for from how i if in is it my of on or the this to"
    " what when why with you your".split()
)
# Longest first: "matches" ends in "es" and in "s".
_ENDINGS = ("ings", "ing", "ies", "ed", "es", "s")
_SHORTEST_STEM = 3


def split_words(text: str) -> list[str]:
    """Return the text's words in order, in lower case and without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(each for each in decomposed if not unicodedata.combining(each))
    return _WORD.findall(plain)


def stem(word: str) -> str:
    """Return the form that "match", "matches" and "matching" have in common."""
    for ending in _ENDINGS:
        base = word.removesuffix(ending)
        if base != word and len(base) >= _SHORTEST_STEM:
            return f"{base}y" if ending == "ies" else base.removesuffix("e")
    return word.removesuffix("e") if len(word) > _SHORTEST_STEM else word


def telling_words(text: str) -> list[str]:
    """Return the text's words without those that say nothing."""
    return [word for word in split_words(text) if word not in STOP_WORDS]


def terms(text: str) -> list[str]:
    """Return what the index counts: the stems of the words that say something."""
    return [stem(word) for word in telling_words(text)]
