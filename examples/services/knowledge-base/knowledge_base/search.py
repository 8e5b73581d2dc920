"""From a question as typed to an answer."""

from knowledge_base.index import Hit, Index
from knowledge_base.models import Result, SearchAnswer
from knowledge_base.snippets import snippet
from knowledge_base.words import stem, telling_words


def answer_question(
    index: Index, question: str, tag: str | None, limit: int
) -> SearchAnswer:
    """Search for a question's words, with misspelt ones replaced."""
    corrections: dict[str, str] = {}
    wanted: set[str] = set()
    for word in telling_words(question):
        correction = index.correct(word)
        if correction:
            corrections[word] = correction
        wanted.add(stem(correction or word))
    hits = index.search(wanted, tag)
    return SearchAnswer(
        total=len(hits),
        results=[_result(hit, wanted) for hit in hits[:limit]],
        corrections=corrections,
    )


def _result(hit: Hit, wanted: set[str]) -> Result:
    return Result(
        slug=hit.article.slug,
        title=hit.article.title,
        tags=list(hit.article.tags),
        score=round(hit.score, 4),
        snippet=snippet(hit.article.body, wanted),
    )
