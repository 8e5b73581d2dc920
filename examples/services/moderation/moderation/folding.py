"""Text without its disguises, and the way back to the original."""

import unicodedata
from dataclasses import dataclass

# Letters of other scripts that look like Latin ones.
_LOOKALIKES = str.maketrans("аеорсухіѕԁο", "aeopcyxisdo")


@dataclass(frozen=True)
class FoldedText:
    """A text in plain lower-case letters; origins[i] is where letter i came from."""

    text: str
    origins: tuple[int, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the part of the original that a part of the folded text stands for."""
        return self.origins[start], self.origins[end - 1] + 1


def fold(original: str) -> FoldedText:
    """Remove accents, invisible characters, letter case and lookalikes."""
    letters: list[str] = []
    origins: list[int] = []
    for position, character in enumerate(original):
        for letter in _fold_character(character):
            letters.append(letter)
            origins.append(position)
    return FoldedText("".join(letters), tuple(origins))


def _fold_character(character: str) -> str:
    plain = unicodedata.normalize("NFKD", character).casefold()
    # Cf are the invisible ones, such as a zero-width space inside a word.
    kept = (it for it in plain if unicodedata.category(it) not in ("Mn", "Cf"))
    return "".join(kept).translate(_LOOKALIKES)
