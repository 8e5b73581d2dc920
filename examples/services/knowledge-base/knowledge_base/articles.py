"""Articles, one TOML file each."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

BUILT_IN = Path(__file__).parent / "articles"
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class ArticleError(ValueError):
    """A file is not an article."""


@dataclass(frozen=True)
class Article:
    """A page of help."""

    slug: str
    title: str
    tags: tuple[str, ...]
    body: str


def load_articles(folder: Path) -> list[Article]:
    """Return the folder's articles by slug; the name of a file is its slug."""
    if not folder.is_dir():
        raise ArticleError(f"{folder} is not a folder: set ARTICLES_DIR to one")
    return [_load(path) for path in sorted(folder.glob("*.toml"))]


def _load(path: Path) -> Article:
    if not _SLUG.fullmatch(path.stem):
        raise ArticleError(
            f"{path}: rename it to lower-case letters, digits and single hyphens"
        )
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ArticleError(f"{path}: {error}") from error
    tags = content.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise ArticleError(f"{path}: tags must be a list of strings")
    return Article(
        slug=path.stem,
        title=_text(path, content, "title"),
        tags=tuple(tags),
        body=_text(path, content, "body"),
    )


def _text(path: Path, content: dict[str, object], key: str) -> str:
    value = content.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ArticleError(f"{path}: {key} must be a text that is not empty")
    return value.strip()
