import pytest

from moderation.folding import fold
from moderation.terms import term_pattern


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Äpfel", "apfel"),
        ("ＷＩＤＥ", "wide"),
        ("in\u200bvisible", "invisible"),
        ("аrеnа", "arena"),
        ("Straße", "strasse"),
    ],
)
def test_disguises_are_removed(written, folded):
    assert fold(written).text == folded


def test_a_folded_part_leads_back_to_the_original():
    original = "ß x\u200byz"
    folded = fold(original)
    start = folded.text.index("xyz")

    first, last = folded.original_span(start, start + 3)

    assert original[first:last] == "x\u200byz"


@pytest.mark.parametrize(
    "text",
    ["idiot", "1d10t", "iiidiooot", "i.d.i.o.t", "i_d-i*o.t", "you idiots!", "!idiot!"],
)
def test_a_disguised_word_is_found(text):
    assert term_pattern("idiot").search(fold(text).text)


@pytest.mark.parametrize("text", ["idiotic", "idio", "i did it", "videoidiot", "riot"])
def test_a_part_of_another_word_is_not_found(text):
    assert not term_pattern("idiot").search(fold(text).text)


def test_the_words_of_a_phrase_may_be_apart():
    pattern = term_pattern("kill yourself")

    assert pattern.search("go kill ... yourself")
    assert not pattern.search("kill it yourself")
