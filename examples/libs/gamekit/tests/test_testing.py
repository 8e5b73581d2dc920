import pytest

from gamekit.testing import MissingBackingService, backing_service_url


def test_a_missing_backing_service_fails_and_says_what_to_set(monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)

    with pytest.raises(MissingBackingService, match="REDIS_URL=redis://127.0.0.1:6379"):
        backing_service_url("REDIS_URL", "redis://127.0.0.1:6379")


def test_the_address_of_a_backing_service_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://cache")

    assert backing_service_url("REDIS_URL", "redis://127.0.0.1") == "redis://cache"
