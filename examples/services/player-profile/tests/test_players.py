import pytest


def sign_up(client, handle="Nova", region="eu"):
    answer = client.post("/players", json={"handle": handle, "region": region})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_new_player_starts_with_the_starting_rating(client):
    player = sign_up(client)

    assert player["handle"] == "Nova"
    assert (player["rating"], player["games_played"], player["version"]) == (1200, 0, 1)
    assert client.get(f"/players/{player['id']}").json() == player


@pytest.mark.parametrize("handle", ["ab", "1up", "a" * 21, "no way", "drop;table"])
def test_an_unusable_handle_is_refused(client, handle):
    answer = client.post("/players", json={"handle": handle, "region": "eu"})

    assert answer.status_code == 422
    assert "body.handle" in answer.json()["detail"]


def test_a_handle_is_taken_in_any_case(client):
    sign_up(client, "Nova")

    answer = client.post("/players", json={"handle": "nOVA", "region": "us"})

    assert answer.status_code == 409
    assert answer.json()["code"] == "handle_taken"


def test_a_player_is_found_by_handle_in_any_case(client):
    player = sign_up(client, "Nova")

    assert client.get("/players/by-handle/NOVA").json()["id"] == player["id"]


def test_an_unknown_player_is_not_found(client):
    assert client.get("/players/nobody").status_code == 404
    assert client.get("/players/by-handle/nobody").status_code == 404
    assert client.delete("/players/nobody").status_code == 404


def test_a_change_raises_the_version_and_leaves_the_rest(client):
    player = sign_up(client)

    answer = client.patch(
        f"/players/{player['id']}", json={"version": 1, "region": "asia"}
    )

    assert answer.json() == {**player, "region": "asia", "version": 2}


def test_a_change_based_on_an_old_version_is_refused(client):
    player = sign_up(client)
    path = f"/players/{player['id']}"
    client.patch(path, json={"version": 1, "region": "us"})

    answer = client.patch(path, json={"version": 1, "handle": "Vega"})

    assert answer.status_code == 409
    assert "is at version 2, not 1" in answer.json()["detail"]
    assert client.get(path).json()["handle"] == "Nova"


def test_a_misspelt_field_is_refused(client):
    player = sign_up(client)

    answer = client.patch(
        f"/players/{player['id']}", json={"version": 1, "regoin": "us"}
    )

    assert answer.status_code == 422
    assert "regoin" in answer.json()["detail"]


def test_a_deleted_player_is_gone_and_frees_the_handle(client):
    player = sign_up(client)

    assert client.delete(f"/players/{player['id']}").status_code == 204

    assert client.get(f"/players/{player['id']}").status_code == 404
    assert sign_up(client)["id"] != player["id"]


def test_pages_follow_the_handles_without_gap_or_repetition(client):
    for handle in ("delta", "Alpha", "charlie", "Bravo", "echo"):
        sign_up(client, handle)

    seen, after = [], None
    while True:
        params = {"limit": 2, **({"after": after} if after else {})}
        page = client.get("/players", params=params).json()
        seen += [player["handle"] for player in page["players"]]
        after = page["next"]
        if not after:
            break

    assert seen == ["Alpha", "Bravo", "charlie", "delta", "echo"]


def test_a_list_can_be_limited_to_a_region(client):
    sign_up(client, "Nova", "eu")
    sign_up(client, "Vega", "us")

    page = client.get("/players", params={"region": "us"}).json()

    assert [player["handle"] for player in page["players"]] == ["Vega"]
