"""Starts the service: `python -m leaderboard`."""

import os

from gamekit.runner import run

from leaderboard.app import NAME, create_app

run(NAME, os.environ, create_app)
