"""Starts the service: `python -m knowledge_base`."""

import os
import signal
import sys

import uvicorn

from knowledge_base.app import NAME, create_app
from knowledge_base.articles import ArticleError

try:
    app = create_app(os.environ)
    port = int(os.environ.get("PORT") or 8000)
except ArticleError as error:
    sys.exit(f"{NAME}: {error}")
except ValueError:
    sys.exit(f"{NAME}: PORT must be a number, not {os.environ['PORT']!r}")

# Uvicorn repeats the signal after a clean shutdown, which would look like a crash.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
uvicorn.run(app, host="0.0.0.0", port=port, timeout_graceful_shutdown=10)
