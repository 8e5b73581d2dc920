"""What the services agree on about a player."""

from typing import Annotated

from pydantic import StringConstraints

PlayerId = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
]
"""An id that is safe in an address, a subject and a key alike."""

REGIONS = ("eu", "us", "asia")
