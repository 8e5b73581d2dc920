"""Starts the service: `python -m moderation`."""

import os
import signal
import sys

import uvicorn

from moderation.app import NAME, create_app
from moderation.settings import SettingsError, read_port

try:
    app, port = create_app(os.environ), read_port(os.environ)
except SettingsError as error:
    sys.exit(f"{NAME}: {error}")

# Uvicorn repeats the signal after a clean shutdown, which would look like a crash.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
uvicorn.run(app, host="0.0.0.0", port=port, timeout_graceful_shutdown=10)
