from gamekit.testing import free_port, running_service


def test_it_starts_without_settings_and_stops_cleanly():
    with running_service("leaderboard") as service:
        assert service.get_status("/health") == 200
        assert service.get_status("/ready") == 503
        assert service.get_status("/boards/arena") == 503
        assert service.terminate() == 0


def test_it_answers_503_while_redis_is_away():
    url = f"redis://127.0.0.1:{free_port()}"

    with running_service("leaderboard", {"REDIS_URL": url}) as service:
        assert service.get_status("/health") == 200
        assert service.get_status("/ready") == 503
        assert service.get_status("/boards/arena") == 503


def test_it_is_ready_with_redis(redis_url, prefix):
    env = {"REDIS_URL": redis_url, "REDIS_PREFIX": prefix}

    with running_service("leaderboard", env) as service:
        assert service.get_status("/ready") == 200
        assert service.terminate() == 0
