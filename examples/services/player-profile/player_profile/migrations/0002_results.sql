CREATE TABLE results (
    match_id text PRIMARY KEY,
    -- A deleted player leaves the opponent's history behind.
    first_player text REFERENCES players (id) ON DELETE SET NULL,
    second_player text REFERENCES players (id) ON DELETE SET NULL,
    score double precision NOT NULL CHECK (score IN (0, 0.5, 1)),
    first_rating integer NOT NULL,
    second_rating integer NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX results_first_player ON results (first_player, recorded_at);
CREATE INDEX results_second_player ON results (second_player, recorded_at);
