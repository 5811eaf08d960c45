"""The log: standard error, JSON lines where nobody looks, and no secret in it."""

import json
import subprocess
import sys

import pytest

from pipelines.logs import without_secrets

PROGRAM = """
import logging
from pipelines.logs import configure_logging
configure_logging("info")
log = logging.getLogger("anything")
log.debug("not wanted")
log.info("fetched %s", "https://me:hunter2@example.org/feed?token=hunter2&page=2", extra={"api_key": "hunter2"})
try:
    raise ValueError("https://me:hunter2@example.org")
except ValueError:
    log.exception("failed")
"""


def test_lines_are_json_on_standard_error_without_secrets() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    first, second = map(json.loads, done.stderr.splitlines())
    assert first["event"] == "fetched https://***@example.org/feed?token=***&page=2"
    assert (first["level"], first["logger"], first["api_key"]) == ("info", "anything", "***")
    assert "ValueError" in second["exception"]
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://example.org/feed?page=2", "https://example.org/feed?page=2"),
        ("http://a:b@example.org", "http://***@example.org"),
        ("x https://a@example.org/?apikey=1&b=2 y", "x https://***@example.org/?apikey=***&b=2 y"),
        ("mail me@example.org", "mail me@example.org"),
    ],
)
def test_addresses_lose_their_secrets_and_nothing_else(text: str, shown: str) -> None:
    assert without_secrets(text) == shown
