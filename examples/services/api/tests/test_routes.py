import httpx2
import pytest

PROFILE = {"id": "p1", "handle": "Nova", "region": "eu", "rating": 1234}
ALLOWED = {"action": "allow", "text": "hello", "findings": []}
LOST = httpx2.ConnectError("nobody listens")


def test_an_overview_joins_profile_and_rank(client, backend):
    backend.on("GET player_profile/players/p1", PROFILE)
    backend.on("GET leaderboard/boards/ladder/players/p1", {"rank": 3, "score": 1234})

    answer = client.get("/v1/players/p1")

    assert answer.json() == {"profile": PROFILE, "rank": 3, "missing": []}


@pytest.mark.parametrize(
    ("failure", "missing"),
    [((404, {"code": "not_found"}), []), ((500, {}), ["leaderboard"])],
)
def test_an_overview_does_without_a_rank(client, backend, failure, missing):
    backend.on("GET player_profile/players/p1", PROFILE)
    backend.on("GET leaderboard/boards/ladder/players/p1", failure)

    answer = client.get("/v1/players/p1")

    assert answer.status_code == 200
    assert answer.json() == {"profile": PROFILE, "rank": None, "missing": missing}


def test_an_overview_needs_the_profile(client, backend):
    detail = "player p1 does not exist"
    backend.on(
        "GET player_profile/players/p1", (404, {"code": "not_found", "detail": detail})
    )
    backend.on("GET leaderboard/boards/ladder/players/p1", (404, {}))

    answer = client.get("/v1/players/p1")

    assert answer.status_code == 404
    assert answer.json()["detail"] == detail


def test_a_handle_is_judged_before_it_is_stored(client, backend):
    backend.on("POST moderation/check", {"action": "mask", "text": None})

    answer = client.post("/v1/players", json={"handle": "rude", "region": "eu"})

    assert answer.status_code == 422
    assert answer.json()["code"] == "handle_refused"
    assert backend.calls == [
        ("POST moderation/check", {"text": "rude", "context": "handle"})
    ]


def test_a_good_handle_is_signed_up(client, backend):
    backend.on("POST moderation/check", ALLOWED)
    backend.on("POST player_profile/players", (201, PROFILE))

    answer = client.post("/v1/players", json={"handle": "Nova", "region": "eu"})

    assert (answer.status_code, answer.json()) == (201, PROFILE)


def test_a_ticket_has_the_rating_of_the_profile(client, backend):
    backend.on("GET player_profile/players/p1", PROFILE)
    backend.on("POST matchmaking/tickets", (201, {"status": "waiting"}))

    answer = client.post("/v1/play", json={"player": "p1", "mode": "race"})

    assert answer.status_code == 201
    assert backend.calls[-1][1] == {
        "player": "p1",
        "rating": 1234,
        "region": "eu",
        "mode": "race",
    }


def test_a_client_can_not_claim_a_rating(client, backend):
    answer = client.post("/v1/play", json={"player": "p1", "rating": 3000})

    assert answer.status_code == 422
    assert backend.calls == []


def test_a_search_can_be_cancelled(client, backend):
    backend.on("DELETE matchmaking/tickets/p1", (204, None))

    assert client.delete("/v1/play/p1").status_code == 204


def test_a_result_moves_the_ratings_and_the_ladder(client, backend):
    backend.on(
        "POST player_profile/results", {"first_rating": 1220, "second_rating": 1180}
    )
    backend.on("PUT leaderboard/boards/ladder", {})
    backend.on("POST leaderboard/boards/ladder/scores", {})
    result = {"match_id": "m1", "first": "a", "second": "b", "score": 1}

    answer = client.post("/v1/results", json=result)

    assert answer.json() == {"ratings": {"a": 1220, "b": 1180}, "ladder": "updated"}
    sent = [body for call, body in backend.calls if call.endswith("/scores")]
    assert sorted(sent, key=lambda body: body["player"]) == [
        {"player": "a", "score": 1220},
        {"player": "b", "score": 1180},
    ]


def test_a_result_counts_although_the_ladder_is_away(client, backend):
    backend.on(
        "POST player_profile/results", {"first_rating": 1220, "second_rating": 1180}
    )
    backend.on("PUT leaderboard/boards/ladder", LOST)
    result = {"match_id": "m1", "first": "a", "second": "b", "score": 1}

    answer = client.post("/v1/results", json=result)

    assert answer.status_code == 200
    assert answer.json()["ladder"] == "stale"


def test_chat_is_published_as_moderation_left_it(client, backend):
    backend.on("POST moderation/check", {"action": "mask", "text": "you ****"})
    backend.on("POST realtime_gateway/rooms/lobby/messages", (202, {"id": 7}))

    answer = client.post(
        "/v1/rooms/lobby/messages", json={"player": "p1", "text": "you fool"}
    )

    assert answer.json() == {"id": 7, "text": "you ****"}
    assert backend.calls[-1][1] == {"from": "p1", "data": {"text": "you ****"}}
    assert backend.requests[-1].headers["authorization"] == "Bearer secret"
    assert "authorization" not in backend.requests[0].headers


@pytest.mark.parametrize(
    ("verdict", "status"), [({"action": "reject", "text": None}, 422), (LOST, 503)]
)
def test_chat_without_a_good_verdict_is_not_published(client, backend, verdict, status):
    backend.on("POST moderation/check", verdict)

    answer = client.post("/v1/rooms/lobby/messages", json={"player": "p1", "text": "x"})

    assert answer.status_code == status
    assert backend.called() == ["POST moderation/check"]


def test_world_and_help_are_passed_through(client, backend):
    backend.on("GET world_state/state", {"tick": 5, "entities": []})
    backend.on("GET world_state/changes", {"tick": 6, "entities": []})
    backend.on("POST world_state/commands", (202, {"tick": 7}))
    backend.on("GET knowledge_base/search", {"results": []})

    assert client.get("/v1/world").json()["tick"] == 5
    assert client.get("/v1/world", params={"since": 5}).json()["tick"] == 6
    assert client.post("/v1/world/commands", json={"kind": "steer"}).status_code == 202
    assert client.get("/v1/help", params={"q": "rating & rank"}).status_code == 200
    assert backend.requests[1].url.params["since"] == "5"
    assert backend.requests[-1].url.params["q"] == "rating & rank"
