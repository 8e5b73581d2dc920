"""Starts the service: `python -m matchmaking`."""

import os

from gamekit.runner import run

from matchmaking.app import NAME, create_app

run(NAME, os.environ, create_app)
