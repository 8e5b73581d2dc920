import pytest
from gamekit.settings import SettingsError
from gamekit.testing import running_service

from api.app import create_app


def test_it_starts_without_settings_and_stops_cleanly():
    with running_service("api") as service:
        assert service.get_status("/health") == 200
        assert service.get_status("/ready") == 503
        assert service.terminate() == 0


def test_an_unusable_address_is_named():
    with pytest.raises(SettingsError, match="LEADERBOARD_URL must be an address"):
        create_app({"LEADERBOARD_URL": "leaderboard:8000"})
