CREATE TABLE players (
    id text PRIMARY KEY,
    handle text NOT NULL,
    region text NOT NULL,
    rating integer NOT NULL CHECK (rating > 0),
    games_played integer NOT NULL DEFAULT 0,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- "Nova" and "nova" would be mistaken for one another in a game.
CREATE UNIQUE INDEX players_handle ON players (lower(handle));
