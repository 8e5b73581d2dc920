"""Guessing which word was meant when one is misspelt."""


def suggest(term: str, known: list[str]) -> str | None:
    """Return the closest known term that is at most one edit away, or None."""
    candidates = [other for other in known if is_one_edit_away(term, other)]
    if not candidates:
        return None
    # People seldom mistype the first letter.
    return min(candidates, key=lambda other: (other[:1] != term[:1], other))


def is_one_edit_away(first: str, second: str) -> bool:
    """Say whether one letter was changed, added, left out, or swapped with the next."""
    if first == second:
        return False
    start = _common_start(first, second)
    rest, other = first[start:], second[start:]
    if len(rest) == len(other):
        return rest[1:] == other[1:] or (
            rest[:2] == other[1::-1] and rest[2:] == other[2:]
        )
    return rest[1:] == other or rest == other[1:]


def _common_start(first: str, second: str) -> int:
    length = 0
    for one, two in zip(first, second, strict=False):
        if one != two:
            break
        length += 1
    return length
