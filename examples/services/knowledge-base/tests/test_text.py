import pytest

from knowledge_base.query import parse_query
from knowledge_base.snippet import make_snippet
from knowledge_base.suggest import is_one_edit_away, suggest
from knowledge_base.text import stem, tokenize


@pytest.mark.parametrize(
    "forms",
    [
        ("rating", "ratings", "rated", "rate"),
        ("win", "wins", "winning"),
        ("reply", "replies"),
        ("match", "matches", "matched"),
        ("pass", "passes", "passing"),
        ("season", "seasons"),
    ],
)
def test_forms_of_one_word_have_one_stem(forms):
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize("word", ["pass", "is", "red", "bus"])
def test_short_words_keep_what_only_looks_like_an_ending(word):
    assert stem(word) == word


def test_stop_words_and_accents_do_not_count():
    assert [token.term for token in tokenize("The Café of Zoë")] == ["caf", "zoe"]
    assert tokenize("How do I") == []


def test_tokens_know_their_place():
    [token] = tokenize("to reset")

    assert "to reset"[token.start : token.end] == "reset"


def test_quotes_make_a_phrase():
    query = parse_query('lost "reset your password" mail')

    assert query.phrases == (("reset", "password"),)
    assert query.terms == ("lost", "reset", "password", "mail")


def test_an_unclosed_quote_is_ignored():
    assert parse_query('"reset').phrases == ()


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("season", "season", False),
        ("seson", "season", True),
        ("seasson", "season", True),
        ("seasan", "season", True),
        ("saeson", "season", True),
        ("sesonn", "season", False),
        ("", "a", True),
    ],
)
def test_one_edit(first, second, expected):
    assert is_one_edit_away(first, second) is expected
    assert is_one_edit_away(second, first) is expected


def test_the_guess_prefers_the_same_first_letter():
    assert suggest("bat", ["cat", "bar"]) == "bar"
    assert suggest("zzz", ["cat"]) is None


def test_a_snippet_shows_and_marks_what_was_found():
    body = "x " * 100 + "open the profile and choose report now " + "y " * 100

    snippet = make_snippet(body, ("report",), width=40)

    assert "**report**" in snippet
    assert snippet.startswith("…") and snippet.endswith("…")


def test_a_short_body_is_its_own_snippet():
    assert make_snippet("Be kind.", ("insult",)) == "Be kind."
