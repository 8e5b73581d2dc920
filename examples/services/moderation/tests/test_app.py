import pytest
from fastapi.testclient import TestClient

from moderation.app import create_app
from moderation.settings import SettingsError, read_port


@pytest.fixture
def client() -> TestClient:
    return TestClient(create_app({}))


def test_a_text_is_judged(client):
    answer = client.post("/check", json={"text": "hi idiot"})

    assert answer.json() == {
        "action": "mask",
        "text": "hi *****",
        "findings": [{"rule": "insult", "action": "mask", "start": 3, "end": 8}],
    }


def test_a_batch_is_judged_in_its_order(client):
    texts = [{"text": "hi"}, {"text": "kys"}, {"text": "Loser", "context": "handle"}]

    answer = client.post("/check/batch", json={"texts": texts})

    actions = [verdict["action"] for verdict in answer.json()["verdicts"]]
    assert actions == ["allow", "reject", "reject"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": "x" * 2001},
        {"text": "hi", "context": "mail"},
        {"text": "hi", "contxt": "chat"},
    ],
)
def test_an_unusable_request_is_refused(client, body):
    assert client.post("/check", json=body).status_code == 422


def test_a_batch_has_a_limit(client):
    body = {"texts": [{"text": "hi"}] * 101}

    assert client.post("/check/batch", json=body).status_code == 422


def test_rules_are_listed_and_counted(client):
    names = [rule["name"] for rule in client.get("/rules").json()]

    assert {"threat", "insult", "link"} < set(names)
    assert client.get("/ready").json() == {"status": "ready", "rules": len(names)}


def test_the_operator_can_name_further_words():
    client = TestClient(create_app({"EXTRA_TERMS": "Clan War, , xyzzy"}))

    for text in ("join the clan-war", "x.y.z.z.y"):
        verdict = client.post("/check", json={"text": text}).json()
        assert verdict["findings"][0]["rule"] == "extra"


@pytest.mark.parametrize("terms", ["a.b", "fine, [", "x*"])
def test_further_words_must_be_words(terms):
    with pytest.raises(SettingsError, match="EXTRA_TERMS must be words"):
        create_app({"EXTRA_TERMS": terms})


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http"])
def test_an_unusable_port_is_named(text):
    with pytest.raises(SettingsError, match="PORT must be a number"):
        read_port({"PORT": text})
