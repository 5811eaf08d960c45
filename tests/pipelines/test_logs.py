"""The log: standard error, JSON lines where nobody looks, and no secret in it."""

import json
import subprocess
import sys
import time

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


WORKER = """
import logging
from pipelines.transforms import Driver
from pipelines.transforms.driver import join
for _ in range(2):
    join(Driver(run_id="4711", log_level="info"))
logging.getLogger("anything").info("at work")
"""


def test_a_worker_of_a_cluster_logs_under_the_run_that_sent_it_work() -> None:
    done = subprocess.run([sys.executable, "-c", WORKER], capture_output=True, text=True, check=True)
    line = json.loads(done.stderr.splitlines()[-1])  # Beam has a word to say when it is imported
    assert (line["event"], line["level"], line["run_id"]) == ("at work", "info", "4711")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://example.org/feed?page=2", "https://example.org/feed?page=2"),
        ("http://a:b@example.org", "http://***@example.org"),
        ("x https://a@example.org/?apikey=1&b=2 y", "x https://***@example.org/?apikey=***&b=2 y"),
        ("https://example.org/?author=a&keywords=b&design=c", "https://example.org/?author=a&keywords=b&design=c"),
        (
            "https://example.org/?pwd=a&session=b&credential=c&sig=d&X-Key=e&myKey=f&auth=g",
            "https://example.org/?pwd=***&session=***&credential=***&sig=***&X-Key=***&myKey=***&auth=***",
        ),
        ("http://a:b@c@example.org/d@e", "http://***@example.org/d@e"),
        ("mail me@example.org", "mail me@example.org"),
        ("https://h.example?x=a@b.example", "https://h.example?x=a@b.example"),
        (
            "https://example.org/?oauth=a&userAuth=b&accessKeyId=c&pass=d&jwt=e&%74oken=f;token=g&x=1;hmac=h#i",
            "https://example.org/?oauth=***&userAuth=***&accessKeyId=***&pass=***&jwt=***&%74oken=***&x=1;hmac=***#i",
        ),
        ("https://example.org/a;jsessionid=b", "https://example.org/a;jsessionid=***"),
    ],
)
def test_addresses_lose_their_secrets_and_nothing_else(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


@pytest.mark.parametrize("piece", ["?", "?a", "&", ";x", "https://", "?key=", "://a@", "key"])
def test_secrets_are_looked_for_in_linear_time(piece: str) -> None:
    began = time.monotonic()
    without_secrets(piece * 500_000)
    assert time.monotonic() - began < 10
