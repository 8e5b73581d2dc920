"""Help articles of the game, with a search."""
