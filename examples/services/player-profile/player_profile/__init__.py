"""Player profiles and ratings, kept in Postgres."""
