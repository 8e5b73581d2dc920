"""Running the service until it is told to stop."""

import signal
import sys
from collections.abc import Mapping

import uvicorn

from knowledge_base.app import create_app

_GRACE_SECONDS = 10


def run(env: Mapping[str, str]) -> None:
    """Serve on PORT, or 8000; on SIGTERM finish the open requests and exit with 0."""
    # Uvicorn repeats the signal after a clean shutdown: without a handler that would
    # end the process as if it had been killed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        create_app(),
        host="0.0.0.0",
        port=read_port(env),
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def read_port(env: Mapping[str, str]) -> int:
    """Return the port to listen on, or end with a message that says what is wrong."""
    text = env.get("PORT") or "8000"
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        sys.exit(f"PORT must be a number from 1 to 65535, not {text!r}")
    return int(text)
