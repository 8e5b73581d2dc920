from knowledge_base.snippets import snippet
from knowledge_base.words import terms

BODY = "one two three four five swords six seven shields eight nine ten"


def test_a_short_body_is_shown_whole():
    assert snippet("two  words\nhere", terms("words")) == "two words here"


def test_the_part_with_the_most_hits_is_shown():
    assert snippet(BODY, terms("sword shield"), size=4) == (
        "… swords six seven shields …"
    )


def test_without_a_hit_the_beginning_is_shown():
    assert snippet(BODY, terms("potion"), size=2) == "one two …"


def test_the_end_is_not_followed_by_dots():
    assert snippet(BODY, terms("ten"), size=2) == "… nine ten"
