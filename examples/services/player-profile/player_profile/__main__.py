"""Starts the service: `python -m player_profile`."""

import os

from gamekit.runner import run

from player_profile.app import NAME, create_app

run(NAME, os.environ, create_app)
