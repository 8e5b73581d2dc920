"""Brings players of similar strength together, and announces the matches on NATS."""
