"""What the services' own tests share; nothing here is used in production."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

_START_LIMIT = 60
_STOP_LIMIT = 30


class MissingBackingService(RuntimeError):
    """A test needs a backing service whose address is not in the environment."""


def backing_service_url(name: str, example: str) -> str:
    """Return a backing service's address, or fail: a skipped test proves nothing."""
    url = os.environ.get(name, "")
    if not url:
        raise MissingBackingService(
            f"{name} is not set. These tests talk to the real service: start one and "
            f"set {name}, for example {name}={example}"
        )
    return url


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RunningService:
    """A service in a process of its own, as it runs in production."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process = process
        self._port = port

    def get_status(self, path: str) -> int:
        """Return the status of the answer to a GET request."""
        try:
            with urlopen(f"http://127.0.0.1:{self._port}{path}", timeout=10) as answer:
                return answer.status
        except URLError as error:
            status = getattr(error, "code", None)
            if status is None:
                raise
            return status

    def terminate(self) -> int:
        """Send SIGTERM and return the exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(_STOP_LIMIT)

    def wait_until_up(self) -> None:
        """Return when /health answers; raise with the output if the process ends."""
        deadline = time.monotonic() + _START_LIMIT
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"the service ended: {self._process.stderr.read()}")
            try:
                self.get_status("/health")
                return
            except OSError:
                time.sleep(0.05)
        raise TimeoutError(f"no answer on port {self._port}")


@contextmanager
def running_service(
    module: str, env: Mapping[str, str] | None = None
) -> Iterator[RunningService]:
    """Run `python -m module` with nothing in its environment but what is given."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        # Only the import path is handed down: the settings must have defaults.
        env={"PYTHONPATH": os.pathsep.join(sys.path), "PORT": str(port), **(env or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        service = RunningService(process, port)
        service.wait_until_up()
        yield service
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
