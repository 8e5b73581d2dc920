"""Running a service until it is told to stop."""

import signal
import sys
from collections.abc import Callable, Mapping

import uvicorn
from fastapi import FastAPI

from gamekit.logs import configure_logging
from gamekit.settings import SettingsError, read_port

GRACE_SECONDS = 10


def run(
    name: str,
    env: Mapping[str, str],
    create_app: Callable[[Mapping[str, str]], FastAPI],
) -> None:
    """Serve the application; on SIGTERM finish the open requests and exit with 0."""
    configure_logging(name)
    try:
        port = read_port(env)
        app = create_app(env)
    except SettingsError as error:
        sys.exit(f"{name}: {error}")
    # Uvicorn sends itself the signal again after a clean shutdown. Without a handler
    # the process would then count as killed, and an orchestrator reports a failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    config = uvicorn.Config(
        app,
        host="0.0.0.0",
        port=port,
        log_config=None,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    uvicorn.Server(config).run()
