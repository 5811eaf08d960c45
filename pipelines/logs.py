"""Sets up the log: to standard error, for people on a terminal and as JSON lines elsewhere, and without secrets."""

import logging
import re
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from models.errors import NewsbeamError

_SECRET_KEY = re.compile(r"auth|cookie|token|secret|passw|credential|api_?key|session", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"(?<=://)[^/?#\s]+@")
_PARAMETER = re.compile(r"(?<=[?&;])([^=&;?#\s]{1,100})=")
_VALUE = re.compile(r"[^&\s#]+")
_TELLING = re.compile(
    r"token|secret|passw|passphrase|passcode|pwd|credential|signature|session|authorization|bearer|hmac|jwt|api_?key"
    r"|access_?key|(?:key|auth|sig|pass)\d*$|(?<![a-z])(?:key|auth|sig|sid|pass|pw)(?![a-z])",
    re.IGNORECASE,
)
"""What the name of a parameter says of its value; `author`, `keywords` and `design` say nothing."""

HIDDEN = "***"

_runs: list[str] = []
"""The ids of the runs that this process is in, the innermost last."""


def configure_logging(level: str | int) -> None:
    """Send what Newsbeam and its libraries log, from this level on, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter())
    handler.addFilter(_of_interest)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper() if isinstance(level, str) else level)


def join_run(run_id: str, level: str) -> None:
    """Log as the process does that sent the work, in one that somebody else started; a handler of theirs stays."""
    if run_id in _runs:
        return
    root = logging.getLogger()
    if any(type(handler).__module__.startswith("apache_beam") for handler in root.handlers):
        root.setLevel(level.upper())
    else:
        configure_logging(level)
    _runs[:] = [run_id]


@contextmanager
def in_run(run_id: str | None) -> Iterator[None]:
    """Let every line that this process logs meanwhile, from whichever thread, name the run."""
    if run_id is None:
        yield
        return
    _runs.append(run_id)
    try:
        yield
    finally:
        _runs.remove(run_id)


@contextmanager
def new_run() -> Iterator[str]:
    """A run of its own, by its new id."""
    run_id = uuid4().hex
    with in_run(run_id):
        yield run_id


def run_id() -> str | None:
    """The run that this process is in."""
    return _runs[-1] if _runs else None


def _of_interest(record: logging.LogRecord) -> bool:
    """Not what the libraries say of things that Newsbeam tells in its own words.

    Beam warns of parts that are not used here, shows the traceback of our errors and all that a cluster says of a
    job; the Elasticsearch client warns of each request that we try again.
    """
    if logging.getLogger().level <= logging.DEBUG:
        return True
    if record.name.startswith("elastic_transport"):
        return record.levelno >= logging.ERROR
    if "apache_beam" not in record.pathname:
        return True
    if record.pathname.endswith("portable_runner.py"):
        return False
    ours = record.exc_info is not None and isinstance(record.exc_info[1], NewsbeamError)
    return record.levelno >= logging.ERROR and not ours


class _Formatter(logging.Formatter):
    """Hands over to structlog, which is imported with the first record: most commands log nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._inner: logging.Formatter | None = None

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON, or a coloured line on a terminal."""
        if self._inner is None:
            self._inner = _structured(sys.stderr.isatty())
        return self._inner.format(record)


def _structured(terminal: bool) -> logging.Formatter:
    import structlog

    rendering: list[structlog.typing.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if not terminal:
        rendering.append(structlog.processors.format_exc_info)
    rendering.append(hide_secrets)
    rendering.append(
        structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _name_run,
        ],
        processors=rendering,
    )


def _name_run(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Say which run a line belongs to."""
    if _runs:
        event["run_id"] = _runs[-1]
    return event


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blot out values whose key sounds like a secret, and what an address carries of one."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = HIDDEN if _SECRET_KEY.search(key) else without_secrets(value)
    return event


def without_secrets(text: str) -> str:
    """The text without user names, passwords and keys in its addresses. Linear in its length."""
    text = _IN_ADDRESS.sub(f"{HIDDEN}@", text)
    parts, done = [], 0
    for name in _PARAMETER.finditer(text):
        value = _VALUE.match(text, name.end()) if name.start() >= done and _TELLING.search(unquote(name[1])) else None
        if value is not None:
            parts += [text[done : name.end()], HIDDEN]
            done = value.end()
    return "".join([*parts, text[done:]])
