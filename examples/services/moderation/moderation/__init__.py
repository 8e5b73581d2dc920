"""Decides whether a text may be shown to other players."""
