"""All services behind the gateway."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

import httpx2
from gamekit.problems import unavailable
from gamekit.settings import read_url

from api.upstream import Upstream


@dataclass(frozen=True)
class Upstreams:
    """The services by name."""

    player_profile: Upstream
    leaderboard: Upstream
    matchmaking: Upstream
    moderation: Upstream
    knowledge_base: Upstream
    world_state: Upstream
    realtime_gateway: Upstream

    async def check(self) -> None:
        """Return when every address is known.

        Nobody is called: if one service is down, the gateway must not be taken out of
        service with all that still works.
        """
        missing = [
            variable(each.name)
            for each in fields(self)
            if not getattr(self, each.name).is_configured
        ]
        if missing:
            raise unavailable(f"not set: {', '.join(missing)}")


def variable(name: str) -> str:
    """Return the environment variable with a service's address."""
    return f"{name.upper()}_URL"


def create_upstreams(
    env: Mapping[str, str], client: httpx2.AsyncClient, clock: Callable[[], float]
) -> Upstreams:
    """Return the services for the addresses in the environment."""
    tokens = {"realtime_gateway": env.get("PUBLISH_TOKEN", "")}
    return Upstreams(
        **{
            each.name: Upstream(
                each.name.replace("_", "-"),
                read_url(env, variable(each.name), ("http", "https")),
                client,
                clock,
                tokens.get(each.name, ""),
            )
            for each in fields(Upstreams)
        }
    )
