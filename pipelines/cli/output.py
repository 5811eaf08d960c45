"""What reaches the terminal: results on standard output, everything else on standard error, nothing that acts on it."""

import errno
import sys
from collections.abc import Iterable

from pydantic import BaseModel
from rich.console import Console

from models.errors import TryLater

_BREAKS = dict.fromkeys(map(ord, "\n\r\t\v\f\x85\u2028\u2029"), " ")
_CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), 0x202D, 0x202E))
_ONE_LINE = _CONTROLS | _BREAKS
_LINES = {code: to for code, to in _CONTROLS.items() if chr(code) != "\n"}
_IN_JSON = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}


class ReaderLeft(Exception):
    """Whoever read standard output has closed it; there is nobody to write for."""


class OutputConsole(Console):
    """Standard output for people."""

    def on_broken_pipe(self) -> None:
        """End quietly: `newsbeam search ... | head` is no error."""
        raise ReaderLeft


def output() -> OutputConsole:
    """The console for results."""
    return OutputConsole(highlight=False, soft_wrap=False)


def messages() -> Console:
    """The console for messages and progress."""
    return Console(stderr=True, highlight=False)


def complain(message: str) -> None:
    """Say one clear line on standard error."""
    print(f"newsbeam: {message}", file=sys.stderr)  # noqa: T201


def plain(text: str, *, lines: bool = False) -> str:
    """Text from outside, without characters that a terminal would obey; line breaks only with `lines`."""
    return text.translate(_LINES if lines else _ONE_LINE)


def emit(records: Iterable[BaseModel]) -> None:
    """Write each record as one line of JSON, in UTF-8 whatever the locale."""
    for record in records:
        emit_line(record.model_dump_json())


def emit_line(json: str) -> None:
    """Write one line of JSON; control characters in it are escaped."""
    emit_bytes(json.translate(_IN_JSON).encode() + b"\n")


def emit_bytes(content: bytes) -> None:
    """Write bytes to standard output."""
    try:
        sys.stdout.buffer.write(content)
    except OSError as error:
        raise _trouble(error) from error


def flush() -> None:
    """Hand over what is still held back; the disk or the reader may be gone by now."""
    try:
        sys.stdout.flush()
    except OSError as error:
        raise _trouble(error) from error


def _trouble(error: OSError) -> Exception:
    if error.errno in (errno.EPIPE, errno.EINVAL):
        return ReaderLeft()
    return TryLater(f"standard output can't be written: {error.strerror}")
