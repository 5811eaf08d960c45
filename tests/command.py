"""Runs the real `newsbeam` command, as a user or a scheduler would."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

VOLATILE = {"fetched_at", "first_seen_at", "version", "timestamp"}
"""What may differ between two runs over the same sources."""


@dataclass(frozen=True)
class Newsbeam:
    """The command with a configuration directory and an index of its own."""

    config: Path
    index: str

    def arguments(self, *arguments: str) -> list[str]:
        place = ["--config", str(self.config), "--index", self.index]
        return [sys.executable, "-m", "pipelines.cli", *place, *arguments]

    def __call__(
        self, *arguments: str, env: dict[str, str] | None = None, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end; standard output and error as text."""
        return subprocess.run(
            self.arguments(*arguments),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env={**os.environ, **(env or {})},
        )

    def start(self, *arguments: str, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
        """Start and go on."""
        return subprocess.Popen(
            self.arguments(*arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, **(env or {})},
        )

    def has_begun(self) -> bool:
        """Whether a run has made the index or found it there."""
        if "://" not in self.index:
            return Path(self.index).exists()
        address, _, prefix = self.index.rpartition("/")
        with urlopen(f"{address}/_cat/indices/{prefix}-*") as answer:
            return bool(answer.read())

    def report(self, *arguments: str, code: int = 0, env: dict[str, str] | None = None) -> dict[str, Any]:
        """The report of `newsbeam run --json`, which must end with this code."""
        done = self("run", "--json", *arguments, env=env)
        assert done.returncode == code, done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        return report

    def articles(self) -> list[dict[str, Any]]:
        """All that is indexed, as `newsbeam export` says, without what may differ between runs."""
        done = self("export")
        assert done.returncode == 0, done.stderr
        return list(_steady(json.loads(line) for line in done.stdout.splitlines()))


def _steady(articles: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for article in articles:
        yield {name: value for name, value in article.items() if name not in VOLATILE}


def write_feeds(config: Path, feeds: dict[str, str], *, full_text: str = "feed", timeout: int = 30) -> None:
    """A configuration directory with these feeds, id to address; local addresses are allowed."""
    config.mkdir(parents=True, exist_ok=True)
    entries = "".join(
        f"  - {{id: {name}, name: {name}, url: '{url}', full_text: {full_text}}}\n" for name, url in feeds.items()
    )
    (config / "feeds.yaml").write_text("feeds:\n" + entries if feeds else "feeds: []\n", encoding="utf-8")
    (config / "newsbeam.yaml").write_text(
        f"fetch:\n  allow_private_addresses: true\n  timeout: {timeout}\n", encoding="utf-8"
    )
