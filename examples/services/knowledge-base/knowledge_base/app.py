"""The service's HTTP interface."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query
from fastapi.responses import JSONResponse

from knowledge_base.articles import BUILT_IN, Article, load_articles
from knowledge_base.index import Index
from knowledge_base.models import ArticleSummary, FullArticle, SearchAnswer
from knowledge_base.search import answer_question

NAME = "knowledge-base"


def create_app(env: Mapping[str, str]) -> FastAPI:
    """Return the application for the setting ARTICLES_DIR."""
    index = Index(load_articles(Path(env.get("ARTICLES_DIR") or BUILT_IN)))
    app = FastAPI(title=NAME)
    _add_health_routes(app, index)
    _add_article_routes(app, index)
    return app


def _add_health_routes(app: FastAPI, index: Index) -> None:
    @app.get("/health")
    async def health() -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "ok", "service": NAME}

    @app.get("/ready")
    async def ready() -> JSONResponse:
        """Say whether there is anything to find."""
        if not len(index):
            body = {"status": "not ready", "articles": 0}
            return JSONResponse(body, status_code=503)
        return JSONResponse({"status": "ready", "articles": len(index)})


def _add_article_routes(app: FastAPI, index: Index) -> None:
    @app.get("/search")
    def search(
        q: Annotated[str, Query(min_length=1, max_length=200)],
        tag: str | None = None,
        limit: Annotated[int, Query(ge=1, le=50)] = 5,
    ) -> SearchAnswer:
        """Find articles about a question."""
        return answer_question(index, q, tag, limit)

    @app.get("/articles")
    def articles(tag: str | None = None) -> list[ArticleSummary]:
        """List the articles."""
        return [ArticleSummary(**_summary(each)) for each in index.articles(tag)]

    @app.get("/articles/{slug}")
    def article(slug: str) -> FullArticle:
        """Return an article."""
        found = index.get(slug)
        if not found:
            raise HTTPException(404, f"article {slug} does not exist")
        return FullArticle(**_summary(found), body=found.body)


def _summary(article: Article) -> dict[str, object]:
    return {"slug": article.slug, "title": article.title, "tags": list(article.tags)}
