"""Sets up the log: to standard error, for people on a terminal and as JSON lines elsewhere, and without secrets."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_KEY = re.compile(r"auth|cookie|token|secret|passw|credential|api_?key|session", re.I)
_IN_ADDRESS = re.compile(r"(?<=://)[^/\s@]+@")
_IN_QUERY = re.compile(r"(?<=[?&])([^=&\s]*(?:auth|token|secret|passw|key|sig)[^=&\s]*)=[^&\s#]+", re.I)

HIDDEN = "***"


def configure_logging(level: str) -> None:
    """Send what Newsbeam and its libraries log, from this level on, to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    terminal = sys.stderr.isatty()
    rendering: list[structlog.typing.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if not terminal:
        rendering.append(structlog.processors.format_exc_info)
    rendering.append(hide_secrets)
    rendering.append(structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=rendering))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blot out values whose key sounds like a secret, and what an address carries of one."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = HIDDEN if _SECRET_KEY.search(key) else without_secrets(value)
    return event


def without_secrets(text: str) -> str:
    """The text without user names, passwords and keys in its addresses."""
    return _IN_QUERY.sub(rf"\1={HIDDEN}", _IN_ADDRESS.sub(f"{HIDDEN}@", text))
