"""An inverted index that ranks with BM25."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from knowledge_base.articles import Article
from knowledge_base.words import stem, telling_words, terms

# How soon further occurrences of a term stop counting, and how much a long article
# is held against its hits: the usual values.
_SATURATION = 1.2
_LENGTH_PENALTY = 0.75
# A word of the title counts like this many in the body.
_TITLE_WEIGHT = 4
_TAG_WEIGHT = 2
_SIMILARITY = 0.75


@dataclass(frozen=True)
class Hit:
    """An article, and how well it fits."""

    article: Article
    score: float


class Index:
    """Finds articles by the words in them."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._articles = {article.slug: article for article in articles}
        self._postings: dict[str, dict[str, int]] = defaultdict(dict)
        self._lengths: dict[str, int] = {}
        words: set[str] = set()
        for article in self._articles.values():
            counts = _count_terms(article)
            self._lengths[article.slug] = counts.total()
            for term, count in counts.items():
                self._postings[term][article.slug] = count
            words.update(telling_words(_full_text(article)))
        self._words = sorted(words)
        total = sum(self._lengths.values())
        self._average = total / len(self._lengths) if self._lengths else 0

    def __len__(self) -> int:
        return len(self._articles)

    def articles(self, tag: str | None = None) -> list[Article]:
        """Return all articles, or those with a tag."""
        return [each for each in self._articles.values() if not tag or tag in each.tags]

    def get(self, slug: str) -> Article | None:
        """Return one article, if it exists."""
        return self._articles.get(slug)

    def search(self, query_terms: Iterable[str], tag: str | None = None) -> list[Hit]:
        """Return the articles with any of the terms, the best first."""
        scores: dict[str, float] = defaultdict(float)
        for term in set(query_terms):
            for slug, count in self._postings.get(term, {}).items():
                scores[slug] += self._rarity(term) * self._weight(slug, count)
        hits = [
            Hit(self._articles[slug], score)
            for slug, score in scores.items()
            if not tag or tag in self._articles[slug].tags
        ]
        # The slug decides between equals, so that pages of results don't shuffle.
        return sorted(hits, key=lambda hit: (-hit.score, hit.article.slug))

    def correct(self, word: str) -> str | None:
        """Return the known word that an unknown one was probably meant to be."""
        if stem(word) in self._postings:
            return None
        # Words, not stems: those are so short that one wrong letter is half of them.
        close = get_close_matches(word, self._words, 1, _SIMILARITY)
        return close[0] if close else None

    def _rarity(self, term: str) -> float:
        having = len(self._postings[term])
        return math.log(1 + (len(self._articles) - having + 0.5) / (having + 0.5))

    def _weight(self, slug: str, count: int) -> float:
        relative_length = self._lengths[slug] / self._average
        penalty = 1 - _LENGTH_PENALTY + _LENGTH_PENALTY * relative_length
        return count * (_SATURATION + 1) / (count + _SATURATION * penalty)


def _full_text(article: Article) -> str:
    return " ".join((article.title, *article.tags, article.body))


def _count_terms(article: Article) -> Counter[str]:
    counts = Counter(terms(article.body))
    for term in terms(article.title):
        counts[term] += _TITLE_WEIGHT
    for term in terms(" ".join(article.tags)):
        counts[term] += _TAG_WEIGHT
    return counts
