"""The part of an article that shows why it was found."""

from knowledge_base.text import tokenize

_WIDTH = 140


def make_snippet(body: str, terms: tuple[str, ...], width: int = _WIDTH) -> str:
    """Return the part of a text with the most found words, these in **asterisks**."""
    found = [token for token in tokenize(body) if token.term in terms]
    if not found:
        return body if len(body) <= width else _cut(body, 0, width)
    starts = [token.start for token in found]
    best = max(
        starts,
        key=lambda start: (
            sum(start <= each < start + width for each in starts),
            -start,
        ),
    )
    # A little of what comes before makes the first found word readable.
    begin = max(0, min(best - width // 4, len(body) - width))
    end = begin + width
    marked = body
    for token in reversed(found):
        if begin <= token.start and token.end <= end:
            word = marked[token.start : token.end]
            marked = f"{marked[: token.start]}**{word}**{marked[token.end :]}"
            end += 4
    return _cut(marked, begin, end)


def _cut(text: str, begin: int, end: int) -> str:
    part = text[begin:end]
    if begin > 0:
        part = "…" + part[part.find(" ") + 1 :]
    if end < len(text):
        part = part[: part.rfind(" ")] + "…"
    return part
