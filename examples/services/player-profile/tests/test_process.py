from gamekit.testing import free_port, running_service


def test_it_starts_without_settings_and_stops_cleanly():
    with running_service("player_profile") as service:
        assert service.get_status("/health") == 200
        assert service.get_status("/ready") == 503
        assert service.get_status("/players/nobody") == 503
        assert service.terminate() == 0


def test_it_starts_before_its_database_does():
    url = f"postgresql://game@127.0.0.1:{free_port()}/game"

    with running_service("player_profile", {"DATABASE_URL": url}) as service:
        assert service.get_status("/health") == 200
        assert service.get_status("/ready") == 503


def test_it_is_ready_with_a_database(database_url, schema):
    env = {"DATABASE_URL": database_url, "DATABASE_SCHEMA": schema}

    with running_service("player_profile", env) as service:
        assert service.get_status("/ready") == 200
        assert service.terminate() == 0
