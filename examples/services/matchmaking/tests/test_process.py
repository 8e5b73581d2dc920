from gamekit.testing import running_service


def test_it_starts_without_settings_and_stops_cleanly():
    with running_service("matchmaking") as service:
        assert service.get_status("/health") == 200
        assert service.get_status("/ready") == 503
        assert service.terminate() == 0


def test_it_stops_cleanly_while_connected(nats_url, prefix):
    env = {"NATS_URL": nats_url, "NATS_PREFIX": prefix}

    with running_service("matchmaking", env) as service:
        assert service.get_status("/queue") == 200
        assert service.terminate() == 0
