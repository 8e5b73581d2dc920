"""Reading a service's settings from its environment."""

from collections.abc import Mapping
from urllib.parse import urlsplit


class SettingsError(ValueError):
    """An environment variable holds something that the service can't use."""


def read_int(
    env: Mapping[str, str], name: str, default: int, minimum: int, maximum: int
) -> int:
    """Return a whole number between two bounds; unset or empty means the default."""
    text = env.get(name, "").strip()
    if not text:
        return default
    try:
        value = int(text)
    except ValueError:
        value = None
    if value is None or not minimum <= value <= maximum:
        raise SettingsError(
            f"{name} must be a whole number from {minimum} to {maximum}, not {text!r}"
        )
    return value


def read_url(env: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    """Return an address with one of the schemes, or None when the variable is unset."""
    text = env.get(name, "").strip()
    if not text:
        return None
    try:
        parts = urlsplit(text)
        has_host = bool(parts.hostname)
    except ValueError:
        has_host = False
    if not has_host or parts.scheme not in schemes:
        wanted = " or ".join(f"{scheme}://host" for scheme in schemes)
        # The value itself stays out of the message: addresses carry passwords.
        raise SettingsError(f"{name} must be an address like {wanted}")
    return text


def read_port(env: Mapping[str, str]) -> int:
    """Return the port to listen on: PORT, or 8000."""
    return read_int(env, "PORT", default=8000, minimum=1, maximum=65535)
