import pytest

from knowledge_base.articles import Article
from knowledge_base.index import Index


def article(slug, body, title="Untitled", tags=()) -> Article:
    return Article(slug=slug, title=title, tags=tags, body=body)


def slugs(hits) -> list[str]:
    return [hit.article.slug for hit in hits]


def test_only_articles_with_a_term_are_found():
    index = Index([article("a", "sword shield"), article("b", "potion")])

    assert slugs(index.search(["sword"])) == ["a"]
    assert index.search(["bow"]) == []


def test_a_term_in_the_title_counts_more_than_in_the_body():
    index = Index(
        [article("a", "sword here and there"), article("b", "about", title="Sword")]
    )

    assert slugs(index.search(["sword"])) == ["b", "a"]


def test_a_rare_term_counts_more_than_a_common_one():
    index = Index(
        [
            article("a", "sword potion"),
            article("b", "sword shield"),
            article("c", "sword armour"),
        ]
    )

    assert slugs(index.search(["sword", "shield"]))[0] == "b"


def test_a_short_article_beats_a_long_one_with_as_many_hits():
    index = Index([article("long", "sword " + "dust " * 50), article("short", "sword")])

    assert slugs(index.search(["sword"])) == ["short", "long"]


def test_repeating_a_term_has_a_limit():
    index = Index(
        [article("a", "sword " * 60), article("b", "sword shield " + "dust " * 58)]
    )

    assert slugs(index.search(["sword", "shield"]))[0] == "b"


def test_equal_articles_come_in_the_order_of_their_slugs():
    index = Index([article("b", "sword"), article("a", "sword")])

    assert slugs(index.search(["sword"])) == ["a", "b"]


def test_a_tag_narrows_the_search():
    index = Index([article("a", "sword", tags=("old",)), article("b", "sword")])

    assert slugs(index.search(["sword"], tag="old")) == ["a"]


@pytest.mark.parametrize(
    ("word", "correction"),
    [("swrod", "sword"), ("raitng", "rating"), ("swords", None), ("xyz", None)],
)
def test_a_misspelt_word_is_corrected(word, correction):
    assert Index([article("a", "sword rating")]).correct(word) == correction


def test_an_empty_index_finds_nothing():
    assert Index([]).search(["sword"]) == []
