"""Leaderboards with seasons, kept in Redis."""
