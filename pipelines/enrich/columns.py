"""Reads files in columns as CoNLL's: one token a line, a blank line behind each sentence."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from models.errors import SetupError

LONGEST_LINE = 2**20
"""Bytes."""

_DOCUMENT = "-DOCSTART-"


class Row(NamedTuple):
    """A line, and its columns; a blank line and a comment have none. Columns are parted by tabs, else by blanks."""

    number: int
    text: str
    columns: tuple[str, ...]


def read_rows(lines: BinaryIO, name: str) -> Iterator[Row]:
    """The rows of a file in UTF-8. Raises SetupError with file and line where it is none."""
    number = 0
    while line := lines.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise SetupError(f"{name}:{number}: a line of more than a megabyte; give a file with one token a line")
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise SetupError(f"{name}:{number}: byte {error.start + 1} is not UTF-8; convert the file first") from error
        yield Row(number, text, _columns(text))


def sentences_of(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows of each sentence; blank lines, comments and marks of documents are left out."""
    sentence: list[Row] = []
    for row in rows:
        if row.columns and row.columns[0] != _DOCUMENT:
            sentence.append(row)
        elif sentence and not is_comment(row.text):
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def is_comment(line: str) -> bool:
    """Whether the line is a remark; `#` alone or before a tab is a token."""
    return line.startswith("# ")


def _columns(line: str) -> tuple[str, ...]:
    if is_comment(line) or not line.strip(" \t"):
        return ()
    return tuple(line.split("\t")) if "\t" in line else tuple(filter(None, line.split(" ")))
