"""The part of an article that shows why it was found."""

from collections.abc import Collection

from knowledge_base.words import terms

_WORDS = 24


def snippet(body: str, wanted: Collection[str], size: int = _WORDS) -> str:
    """Return the run of words with the most wanted terms, the first of equals."""
    words = body.split()
    if len(words) <= size:
        return " ".join(words)
    hits = [any(term in wanted for term in terms(word)) for word in words]
    in_window = sum(hits[:size])
    best_start, best = 0, in_window
    for start in range(1, len(words) - size + 1):
        in_window += hits[start + size - 1] - hits[start - 1]
        if in_window > best:
            best_start, best = start, in_window
    end = best_start + size
    before = "… " if best_start > 0 else ""
    after = " …" if end < len(words) else ""
    return before + " ".join(words[best_start:end]) + after
