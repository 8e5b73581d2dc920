"""What the service gives."""

from pydantic import BaseModel


class ArticleSummary(BaseModel):
    """An article without its text."""

    slug: str
    title: str
    tags: list[str]


class FullArticle(ArticleSummary):
    """An article with its text."""

    body: str


class Result(ArticleSummary):
    """An article that was found, and why."""

    score: float
    snippet: str


class SearchAnswer(BaseModel):
    """What a search found; total counts also what the limit left out."""

    total: int
    results: list[Result]
    corrections: dict[str, str]
    """Words that no article has, with the ones that were looked for instead."""
