"""A circuit breaker: stops asking a service that keeps failing."""

from collections.abc import Callable

FAILURES_TO_OPEN = 5
SECONDS_OPEN = 10.0


class Breaker:
    """Opens after some failures in a row, and lets a trial through after a while."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures = 0
        self._closed_again_at = 0.0

    def allows(self) -> bool:
        """Say whether a call may be made now."""
        if self._failures < FAILURES_TO_OPEN:
            return True
        if self._clock() < self._closed_again_at:
            return False
        # The others go on being refused until this one trial has told.
        self._closed_again_at = self._clock() + SECONDS_OPEN
        return True

    def succeeded(self) -> None:
        """Take note of an answer."""
        self._failures = 0

    def failed(self) -> None:
        """Take note of a failure."""
        self._failures += 1
        if self._failures >= FAILURES_TO_OPEN:
            self._closed_again_at = self._clock() + SECONDS_OPEN
