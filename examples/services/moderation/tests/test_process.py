import os
import signal
import socket
import subprocess
import sys
import time
from urllib.request import urlopen

START_SECONDS = 60


def start(**settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "moderation"],
        env={"PYTHONPATH": os.pathsep.join(sys.path), **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_health(process: subprocess.Popen[str], port: int) -> int:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
                return answer.status
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the service does not answer")


def test_it_starts_without_settings_and_stops_cleanly():
    port = free_port()
    with start(PORT=str(port)) as process:
        try:
            assert wait_for_health(process, port) == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        finally:
            process.kill()


def test_settings_that_can_not_be_used_are_named():
    with start(PORT="many") as process:
        _, errors = process.communicate(timeout=30)

    assert process.returncode == 1
    assert errors == "moderation: PORT must be a number from 1 to 65535, not 'many'\n"
