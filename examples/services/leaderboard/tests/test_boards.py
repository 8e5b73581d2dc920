import pytest
from redis import Redis


def create(client, board="arena", mode="best"):
    answer = client.put(f"/boards/{board}", json={"mode": mode})
    assert answer.status_code == 200, answer.text
    return answer.json()


def submit(client, player, score, board="arena"):
    answer = client.post(
        f"/boards/{board}/scores", json={"player": player, "score": score}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def lines(answer):
    return [(line["rank"], line["player"]) for line in answer.json()["entries"]]


def test_a_new_board_is_empty(client):
    assert create(client) == {
        "name": "arena",
        "mode": "best",
        "season": 1,
        "players": 0,
    }
    assert client.get("/boards/arena/standings").json()["entries"] == []


def test_creating_a_board_again_keeps_its_scores(client):
    create(client)
    submit(client, "nova", 10)

    assert create(client)["players"] == 1


def test_a_board_can_not_change_its_mode(client):
    create(client, mode="best")

    answer = client.put("/boards/arena", json={"mode": "sum"})

    assert answer.status_code == 409
    assert answer.json()["code"] == "board_differs"


@pytest.mark.parametrize(("mode", "kept"), [("best", 30), ("sum", 60), ("last", 20)])
def test_the_mode_decides_what_is_kept(client, mode, kept):
    create(client, mode=mode)

    for score in (10, 30, 20):
        entry = submit(client, "nova", score)

    assert entry == {"rank": 1, "player": "nova", "score": kept}


def test_the_best_come_first_and_equals_share_a_rank(client):
    create(client)
    for player, score in [("a", 50), ("b", 70), ("c", 50), ("d", 20)]:
        submit(client, player, score)

    standings = client.get("/boards/arena/standings")

    assert lines(standings) == [(1, "b"), (2, "c"), (2, "a"), (4, "d")]
    assert standings.json()["total"] == 4


def test_a_page_that_starts_within_a_tie_keeps_its_rank(client):
    create(client)
    for player, score in [("a", 50), ("b", 70), ("c", 50), ("d", 20)]:
        submit(client, player, score)

    page = client.get("/boards/arena/standings", params={"offset": 2, "limit": 2})

    assert lines(page) == [(2, "a"), (4, "d")]


def test_negative_scores_rank_below_zero(client):
    create(client, mode="last")
    submit(client, "low", -5)
    submit(client, "zero", 0)

    assert lines(client.get("/boards/arena/standings")) == [(1, "zero"), (2, "low")]


def test_around_shows_the_neighbours(client):
    create(client)
    for number in range(1, 8):
        submit(client, f"p{number}", number)

    answer = client.get("/boards/arena/players/p4/around", params={"radius": 1})

    assert lines(answer) == [(3, "p5"), (4, "p4"), (5, "p3")]


def test_around_the_first_shows_only_those_below(client):
    create(client)
    for number in range(1, 5):
        submit(client, f"p{number}", number)

    answer = client.get("/boards/arena/players/p4/around", params={"radius": 2})

    assert lines(answer) == [(1, "p4"), (2, "p3"), (3, "p2")]


def test_a_removed_player_is_gone(client):
    create(client)
    submit(client, "nova", 10)

    assert client.delete("/boards/arena/players/nova").status_code == 204

    assert client.get("/boards/arena/players/nova").status_code == 404
    assert client.delete("/boards/arena/players/nova").status_code == 404


def test_a_closed_season_stays_readable_and_the_next_starts_empty(client):
    create(client)
    submit(client, "nova", 10)

    assert client.post("/boards/arena/seasons").json() == {"closed": 1}

    assert client.get("/boards/arena").json()["season"] == 2
    assert lines(client.get("/boards/arena/standings")) == []
    past = client.get("/boards/arena/standings", params={"season": 1})
    assert lines(past) == [(1, "nova")]


def test_a_closed_season_is_not_kept_forever(client, redis_url, prefix):
    create(client)
    submit(client, "nova", 10)
    client.post("/boards/arena/seasons")

    with Redis.from_url(redis_url) as redis:
        assert redis.ttl(f"{prefix}:{{arena}}:season:1") > 0
        assert redis.ttl(f"{prefix}:{{arena}}:settings") == -1


def test_boards_do_not_share_scores(client):
    create(client, "arena")
    create(client, "race")
    submit(client, "nova", 10, "arena")

    assert client.get("/boards/race/players/nova").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/boards/none"),
        ("get", "/boards/none/standings"),
        ("get", "/boards/none/players/nova"),
        ("post", "/boards/none/seasons"),
    ],
)
def test_an_unknown_board_is_not_found(client, method, path):
    answer = getattr(client, method)(path)

    assert answer.status_code == 404
    assert answer.json()["detail"] == "board none does not exist"


def test_a_score_for_an_unknown_board_is_not_stored(client):
    body = {"player": "nova", "score": 1}

    assert client.post("/boards/none/scores", json=body).status_code == 404
    assert client.get("/boards/none").status_code == 404


@pytest.mark.parametrize("score", [2**53, -(2**53), 1.5, "many"])
def test_a_score_that_redis_would_round_is_refused(client, score):
    create(client)

    answer = client.post("/boards/arena/scores", json={"player": "a", "score": score})

    assert answer.status_code == 422


def test_the_largest_score_is_kept_exactly(client):
    create(client)

    assert submit(client, "nova", 2**53 - 1)["score"] == 2**53 - 1
