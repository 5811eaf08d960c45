"""A Flink cluster as it is seen from outside: its REST interface."""

import json
import time
from http.client import HTTPException
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from models.errors import SetupError, TryLater

_TIMEOUT = 10.0
_CANCELLING = 60.0
"""Seconds: for one answer, and for jobs that are cancelled to end."""

_ENDED = {"FINISHED", "CANCELED", "FAILED"}


class FlinkCluster:
    """The cluster whose job manager listens at `HOST:PORT`, or at an address with its scheme."""

    def __init__(self, master: str) -> None:
        self.url = (master if "://" in master else f"http://{master}").rstrip("/")

    def version(self) -> str:
        """Its version, as `1.19.3`. Raises TryLater where nothing answers, SetupError where no Flink does."""
        answer = self._ask("/overview")
        version = answer.get("flink-version") if isinstance(answer, dict) else None
        if not isinstance(version, str):
            raise SetupError(f"what answers at {self.url} is no Flink; correct --flink-master")
        return version

    def cancel(self, name: str) -> int:
        """End all jobs of this name, and say how many there were. Raises TryLater where one does not end."""
        running = self._running(name)
        for job in running:
            self._ask(f"/jobs/{job}?mode=cancel", "PATCH")
        deadline = time.monotonic() + _CANCELLING
        while running and self._running(name):
            if time.monotonic() > deadline:
                raise TryLater(f"a job called {name} is still running on Flink at {self.url}; cancel it")
            time.sleep(0.5)
        return len(running)

    def _running(self, name: str) -> list[str]:
        jobs = self._ask("/jobs/overview")["jobs"]
        return [job["jid"] for job in jobs if job["name"] == name and job["state"] not in _ENDED]

    def _ask(self, path: str, method: str = "GET") -> Any:
        try:
            with urlopen(Request(self.url + path, method=method), timeout=_TIMEOUT) as answer:
                return json.load(answer)
        except (OSError, HTTPException, URLError) as error:
            reason = getattr(error, "reason", error)
            raise TryLater(f"Flink at {self.url} can't be reached ({reason}); try again later") from error
        except ValueError as error:
            raise SetupError(f"what answers at {self.url} is no Flink; correct --flink-master") from error
