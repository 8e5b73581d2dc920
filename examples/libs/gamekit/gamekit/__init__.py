"""Shared building blocks of the game backend's Python services."""
