import pytest
from fastapi.testclient import TestClient

from knowledge_base.app import create_app


def find(client, question, **rest):
    answer = client.get("/search", params={"q": question, **rest})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("how do I change my name?", "change-your-name"),
        ("lost connection", "connection-lost"),
        ("DELETING accounts", "delete-your-account"),
        ("when does the season end", "seasons"),
        ("is insulting allowed in chat", "chat-rules"),
    ],
)
def test_a_question_finds_its_article_first(client, question, slug):
    assert find(client, question)["results"][0]["slug"] == slug


def test_a_result_shows_why_it_was_found(client):
    result = find(client, "router cable")["results"][0]

    assert result["slug"] == "connection-lost"
    assert "router" in result["snippet"]


def test_a_typo_is_corrected_and_the_correction_is_told(client):
    answer = find(client, "leaderbord")

    assert answer["results"][0]["slug"] == "seasons"
    assert answer["corrections"] == {"leaderbord": "leaderboard"}


def test_the_limit_leaves_the_total_as_it_is(client):
    answer = find(client, "ranked match player", limit=1)

    assert len(answer["results"]) == 1
    assert answer["total"] > 1


def test_nothing_found_is_an_empty_answer(client):
    assert find(client, "the of and")["results"] == []


@pytest.mark.parametrize("query", ["", "q=", "q=a&limit=0", f"q={'a' * 201}"])
def test_an_unusable_question_is_refused(client, query):
    assert client.get(f"/search?{query}").status_code == 422


def test_articles_are_listed_by_tag_and_read_one_by_one(client):
    listed = client.get("/articles", params={"tag": "account"}).json()
    assert [each["slug"] for each in listed] == [
        "change-your-name",
        "delete-your-account",
    ]

    article = client.get("/articles/change-your-name").json()
    assert article["title"] == "Change your name"
    assert "hyphens" in article["body"]
    assert client.get("/articles/nothing").status_code == 404


def test_it_is_ready_only_with_articles(client, tmp_path):
    assert client.get("/ready").status_code == 200

    empty = TestClient(create_app({"ARTICLES_DIR": str(tmp_path)}))
    assert empty.get("/ready").status_code == 503
    assert empty.get("/health").status_code == 200
