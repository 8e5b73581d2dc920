import pytest

from gamekit.settings import SettingsError, read_int, read_port, read_url


@pytest.mark.parametrize(
    ("text", "expected"), [("", 5), ("  ", 5), ("1", 1), (" 9 ", 9)]
)
def test_read_int_returns_the_value_or_the_default(text, expected):
    value = read_int({"LIMIT": text}, "LIMIT", default=5, minimum=1, maximum=9)

    assert value == expected


@pytest.mark.parametrize("text", ["0", "10", "3.5", "many"])
def test_read_int_names_the_variable_and_its_bounds(text):
    with pytest.raises(SettingsError, match="LIMIT must be a whole number from 1 to 9"):
        read_int({"LIMIT": text}, "LIMIT", default=5, minimum=1, maximum=9)


def test_read_url_of_an_unset_variable_is_none():
    assert read_url({}, "REDIS_URL", ("redis",)) is None


def test_read_url_returns_an_address_with_an_allowed_scheme():
    env = {"REDIS_URL": "redis://cache:6379/1"}

    assert read_url(env, "REDIS_URL", ("redis", "rediss")) == "redis://cache:6379/1"


@pytest.mark.parametrize(
    "text", ["cache:6379", "http://cache", "redis://", "redis://["]
)
def test_read_url_refuses_what_is_no_such_address(text):
    with pytest.raises(SettingsError, match="redis://host"):
        read_url({"REDIS_URL": text}, "REDIS_URL", ("redis",))


def test_read_url_keeps_a_password_out_of_the_message():
    env = {"DATABASE_URL": "mysql://game:hunter2@db/game"}

    with pytest.raises(SettingsError) as caught:
        read_url(env, "DATABASE_URL", ("postgresql",))

    assert "hunter2" not in str(caught.value)


def test_read_port_defaults_to_8000():
    assert read_port({}) == 8000
