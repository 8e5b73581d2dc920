"""Calling another service of the backend."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import httpx2
from gamekit.problems import Problem, unavailable
from gamekit.request_ids import HEADER, current_request_id

from api.breaker import Breaker

_LOG = logging.getLogger(__name__)
_ATTEMPTS = 2
_PASSING_FAULTS = (502, 503, 504)


class Upstream:
    """One service: its address, and what is known of how it is doing."""

    def __init__(
        self,
        name: str,
        url: str | None,
        client: httpx2.AsyncClient,
        clock: Callable[[], float],
        token: str = "",
    ) -> None:
        self.name = name
        self._url = url.rstrip("/") if url else None
        self._client = client
        self._breaker = Breaker(clock)
        self._token = token

    @property
    def is_configured(self) -> bool:
        """Say whether there is an address to call."""
        return self._url is not None

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Return what the service has at a path; asked again after a passing fault."""
        return await self._call("GET", path, _ATTEMPTS, params=params)

    async def send(self, method: str, path: str, body: object | None = None) -> Any:
        """Change something in the service.

        This is tried once only: a lost answer doesn't tell whether it was carried out.
        """
        return await self._call(method, path, 1, json=body)

    async def _call(self, method: str, path: str, attempts: int, **content: Any) -> Any:
        if not self._url:
            raise unavailable(f"{self.name} has no address")
        if not self._breaker.allows():
            raise unavailable(f"{self.name} keeps failing and is left alone for now")
        for remaining in reversed(range(attempts)):
            response = await self._attempt(method, self._url + path, content)
            is_fault = response is None or response.status_code in _PASSING_FAULTS
            if not is_fault or not remaining:
                break
        return self._read(response)

    async def _attempt(
        self, method: str, url: str, content: Mapping[str, Any]
    ) -> httpx2.Response | None:
        headers = {HEADER: current_request_id()}
        if self._token:
            headers["authorization"] = f"Bearer {self._token}"
        try:
            return await self._client.request(method, url, headers=headers, **content)
        except httpx2.TransportError as error:
            _LOG.warning("%s: %s", self.name, str(error) or type(error).__name__)
            return None

    def _read(self, response: httpx2.Response | None) -> Any:
        if response is None or response.status_code >= 500:
            self._breaker.failed()
            raise unavailable(f"{self.name} can't answer now")
        self._breaker.succeeded()
        body = _json(response)
        if response.is_success:
            return body
        # The services' own words: they know what was wrong with the request.
        known = body if isinstance(body, dict) else {}
        raise Problem(
            response.status_code,
            str(known.get("code", "refused")),
            str(known.get("detail", f"{self.name} refused the request")),
        )


def _json(response: httpx2.Response) -> Any:
    try:
        return response.json() if response.content else None
    except ValueError:
        return None
