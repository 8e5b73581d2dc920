import pytest

from moderation.models import Action
from moderation.rules import default_rules
from moderation.verdicts import judge

RULES = default_rules()


@pytest.mark.parametrize(
    "text",
    [
        "good game everyone",
        "GG WP",
        "that was close!!! 10:8",
        "the class of 2026 won 3 times in a row",
        "sooo close",
        "no no no, wait",
        "日本語のチャットもできます",
    ],
)
def test_ordinary_chat_is_allowed(text):
    verdict = judge(RULES, text)

    assert (verdict.action, verdict.text, verdict.findings) == (Action.ALLOW, text, [])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("you IDIOT, go left", "you *****, go left"),
        ("what an 1d1ot", "what an *****"),
        ("mail me: nova@game.example now", "mail me: ***************** now"),
        ("call +49 151 2345 6789 now", "call *** *** **** **** now"),
        ("loser and moron", "***** and *****"),
    ],
)
def test_an_insult_or_contact_data_is_hidden(text, shown):
    verdict = judge(RULES, text)

    assert (verdict.action, verdict.text) == (Action.MASK, shown)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("k y s".replace(" ", "."), "threat"),
        ("Kill  yourself", "threat"),
        ("free coins at www.coins.example/x", "link"),
        ("see HTTPS://coins.example", "link"),
        ("aaaaaaaaaaaaaaaa", "flood"),
        ("buy buy buy buy buy", "flood"),
        ("WHY DID YOU DO THAT", "shout"),
    ],
)
def test_what_can_not_be_mended_is_rejected(text, rule):
    verdict = judge(RULES, text)

    assert (verdict.action, verdict.text) == (Action.REJECT, None)
    assert rule in [finding.rule for finding in verdict.findings]


def test_the_strictest_rule_decides_and_all_are_listed():
    verdict = judge(RULES, "idiot, kys")

    assert verdict.action is Action.REJECT
    assert [finding.rule for finding in verdict.findings] == ["insult", "threat"]


def test_a_finding_says_where_it_is():
    [finding] = judge(RULES, "oh you idiot").findings

    assert "oh you idiot"[finding.start : finding.end] == "idiot"


def test_a_name_is_not_masked_but_rejected():
    assert judge(RULES, "x_idiot", "handle").action is Action.REJECT
    assert judge(RULES, "Nova", "handle").action is Action.ALLOW
