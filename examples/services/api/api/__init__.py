"""The gateway: one address for the game's clients, in front of all other services."""
