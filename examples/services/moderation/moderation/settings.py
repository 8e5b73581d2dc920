"""The settings, read from the environment."""

from collections.abc import Mapping

from moderation.models import Action
from moderation.rules import Rule, default_rules, term_rule


class SettingsError(ValueError):
    """An environment variable holds something that the service can't use."""


def read_port(env: Mapping[str, str]) -> int:
    """Return the port to listen on: PORT, or 8000."""
    text = env.get("PORT") or "8000"
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise SettingsError(f"PORT must be a number from 1 to 65535, not {text!r}")
    return int(text)


def read_rules(env: Mapping[str, str]) -> list[Rule]:
    """Return the game's rules and, from EXTRA_TERMS, one more: words to refuse."""
    terms = [term.strip().casefold() for term in env.get("EXTRA_TERMS", "").split(",")]
    wanted = [term for term in terms if term]
    for term in wanted:
        if not all(word.isalnum() for word in term.split()):
            raise SettingsError(
                f"EXTRA_TERMS must be words of letters and digits with commas between"
                f" them, and {term!r} is not"
            )
    if not wanted:
        return default_rules()
    extra = term_rule("extra", Action.REJECT, "a word that the operator named", wanted)
    return [*default_rules(), extra]
