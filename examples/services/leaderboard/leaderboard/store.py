"""Boards in Redis: one hash with a board's settings, one sorted set per season."""

from gamekit.problems import Problem, not_found
from redis.asyncio import Redis

from leaderboard.models import Board, Entry, Mode, Standings, Submission
from leaderboard.ranking import rank_entries
from leaderboard.scripts import CLOSE_SEASON, SUBMIT

_KEEP_SECONDS = 90 * 24 * 3600


class BoardStore:
    """Reads and writes boards whose keys start with a prefix."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis = redis
        self._prefix = prefix
        self._submit = redis.register_script(SUBMIT)
        self._close_season = redis.register_script(CLOSE_SEASON)

    async def create(self, name: str, mode: Mode) -> Board:
        """Create a board, or return the one that is there with the same settings."""
        key = self._settings_key(name)
        async with self._redis.pipeline(transaction=True) as steps:
            steps.hsetnx(key, "mode", mode)
            steps.hsetnx(key, "season", 1)
            await steps.execute()
        board = await self.get(name)
        if board.mode != mode:
            raise Problem(
                409,
                "board_differs",
                f"board {name} keeps the {board.mode} score, not the {mode}",
            )
        return board

    async def get(self, name: str) -> Board:
        """Return a board's settings and size."""
        settings = await self._redis.hgetall(self._settings_key(name))
        if not settings:
            raise not_found(f"board {name}")
        season = int(settings["season"])
        players = await self._redis.zcard(self._season_key(name, season))
        return Board(name=name, mode=settings["mode"], season=season, players=players)

    async def submit(self, name: str, submission: Submission) -> Entry:
        """Take a score and return where it puts the player."""
        score = await self._submit(
            keys=[self._settings_key(name)],
            args=[self._season_key(name, ""), submission.player, submission.score],
        )
        if score is None:
            raise not_found(f"board {name}")
        return await self.entry(name, submission.player)

    async def entry(self, name: str, player: str) -> Entry:
        """Return one player's line in the current season."""
        board = await self.get(name)
        key = self._season_key(name, board.season)
        score = await self._redis.zscore(key, player)
        if score is None:
            raise not_found(f"player {player} on board {name}")
        rank = await self._rank_of(key, score)
        return Entry(rank=rank, player=player, score=int(score))

    async def standings(
        self, name: str, offset: int, limit: int, season: int | None = None
    ) -> Standings:
        """Return consecutive lines of a season, by default of the current one."""
        board = await self.get(name)
        wanted = season or board.season
        key = self._season_key(name, wanted)
        total = await self._redis.zcard(key)
        # An empty set doesn't exist in Redis: a past season without lines has expired.
        if total == 0 and wanted != board.season:
            raise not_found(f"season {wanted} of board {name}")
        entries = await self._entries(key, offset, limit)
        return Standings(board=name, season=wanted, total=total, entries=entries)

    async def around(self, name: str, player: str, radius: int) -> Standings:
        """Return a player's line with the lines directly above and below."""
        board = await self.get(name)
        key = self._season_key(name, board.season)
        position = await self._redis.zrevrank(key, player)
        if position is None:
            raise not_found(f"player {player} on board {name}")
        start = max(0, position - radius)
        entries = await self._entries(key, start, position - start + radius + 1)
        return Standings(
            board=name, season=board.season, total=board.players, entries=entries
        )

    async def remove(self, name: str, player: str) -> None:
        """Take a player off the current season."""
        board = await self.get(name)
        removed = await self._redis.zrem(self._season_key(name, board.season), player)
        if not removed:
            raise not_found(f"player {player} on board {name}")

    async def close_season(self, name: str) -> int:
        """Start the next season and return the number of the one that ended."""
        closed = await self._close_season(
            keys=[self._settings_key(name)],
            args=[self._season_key(name, ""), _KEEP_SECONDS],
        )
        if closed is None:
            raise not_found(f"board {name}")
        return closed

    async def _entries(self, key: str, offset: int, limit: int) -> list[Entry]:
        rows = await self._redis.zrevrange(
            key, offset, offset + limit - 1, withscores=True
        )
        if not rows:
            return []
        pairs = [(player, float(score)) for player, score in rows]
        return rank_entries(pairs, offset, await self._rank_of(key, pairs[0][1]))

    async def _rank_of(self, key: str, score: float) -> int:
        return await self._redis.zcount(key, f"({int(score)}", "+inf") + 1

    # The braces put all keys of one board on the same node of a Redis cluster.
    def _settings_key(self, name: str) -> str:
        return f"{self._prefix}:{{{name}}}:settings"

    def _season_key(self, name: str, season: int | str) -> str:
        return f"{self._prefix}:{{{name}}}:season:{season}"
