"""Starts the service: `python -m api`."""

import os

from gamekit.runner import run

from api.app import NAME, create_app

run(NAME, os.environ, create_app)
