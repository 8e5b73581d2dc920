"""How far apart two ratings may be: the longer a player waits, the further."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WindowPolicy:
    """The width of the search, as a function of the time waited."""

    start: int = 50
    per_second: int = 10
    limit: int = 400
    any_region_after: float = 20.0

    def window(self, waited: float) -> int:
        """Return the largest difference in rating after so many seconds."""
        return min(self.limit, self.start + int(self.per_second * max(0.0, waited)))

    def accepts_any_region(self, waited: float) -> bool:
        """Say whether a far opponent is by now better than none."""
        return waited >= self.any_region_after
