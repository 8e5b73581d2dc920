import pytest

from knowledge_base.articles import BUILT_IN, ArticleError, load_articles


def test_the_shipped_articles_load_and_have_tags():
    articles = load_articles(BUILT_IN)

    assert len(articles) >= 5
    assert all(article.tags for article in articles)


def test_articles_come_in_the_order_of_their_slugs(tmp_path, write_article):
    write_article("b.toml", 'title = "B"\nbody = "text"')
    write_article("a.toml", 'title = "A"\ntags = ["x"]\nbody = " text "')

    first, second = load_articles(tmp_path)

    assert (first.slug, first.tags, first.body) == ("a", ("x",), "text")
    assert (second.slug, second.tags) == ("b", ())


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.toml", "title =", "Invalid value"),
        ("a.toml", 'title = "A"', "body must be a text"),
        ("a.toml", 'title = " "\nbody = "b"', "title must be a text"),
        ("a.toml", 'title = "A"\nbody = "b"\ntags = "x"', "tags must be a list"),
        ("No Slug.toml", 'title = "A"\nbody = "b"', "rename it"),
    ],
)
def test_what_is_not_an_article_is_named(tmp_path, write_article, name, text, reason):
    path = write_article(name, text)

    with pytest.raises(ArticleError) as refused:
        load_articles(tmp_path)

    assert str(refused.value).startswith(f"{path}: ")
    assert reason in str(refused.value)


def test_a_missing_folder_says_what_to_set(tmp_path):
    with pytest.raises(ArticleError, match="set ARTICLES_DIR"):
        load_articles(tmp_path / "nowhere")
