import pytest

from knowledge_base.words import split_words, stem, terms


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ranked play!", ["ranked", "play"]),
        ("Café-Spiel", ["cafe", "spiel"]),
        ("snake_case 2v2", ["snake", "case", "2v2"]),
        ("…", []),
    ],
)
def test_words_are_plain_and_in_lower_case(text, words):
    assert split_words(text) == words


@pytest.mark.parametrize(
    "words",
    [
        ("match", "matches", "matching", "matched"),
        ("rate", "rating", "ratings", "rated"),
        ("penalty", "penalties"),
    ],
)
def test_forms_of_a_word_have_one_stem(words):
    assert len({stem(word) for word in words}) == 1


def test_short_words_stay_whole():
    assert [stem(word) for word in ("bus", "red", "ring")] == ["bus", "red", "ring"]


def test_words_that_say_nothing_are_left_out():
    assert terms("How do I change my name?") == ["chang", "nam"]
