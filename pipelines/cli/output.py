"""What reaches the terminal: results on standard output, everything else on standard error, nothing that acts on it."""

import os
import sys
from collections.abc import Iterable
from contextlib import suppress

from pydantic import BaseModel
from rich.console import Console

_WIDTH_IN_FILES = 120
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
    """The console for results; in a file, lines are longer than on a terminal of unknown width."""
    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else _WIDTH_IN_FILES
    return OutputConsole(highlight=False, width=width)


def messages() -> Console:
    """The console for messages and progress."""
    return Console(stderr=True, highlight=False)


def complain(message: str) -> None:
    """Say one clear line on standard error."""
    tell(f"newsbeam: {plain(message)}")


def tell(text: str) -> None:
    """Lines on standard error; when nobody can read them any more, that is no reason to fail."""
    with suppress(OSError):
        print(plain(text, lines=True), file=sys.stderr)  # noqa: T201


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
    except BrokenPipeError as error:
        raise ReaderLeft from error


def flush() -> None:
    """Hand over what is still held back; the reader may be gone by now."""
    try:
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise ReaderLeft from error


def give_up() -> None:
    """Let what is still held back go nowhere, so that Python does not stumble over it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
