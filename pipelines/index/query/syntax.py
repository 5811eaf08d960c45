"""Looks at a query before and after the grammar does: bounds it, and says in a sentence what is wrong with it."""

import re
from typing import NoReturn

from pipelines.index.query.tree import QueryError

MAX_LENGTH = 10_000
MAX_DEPTH = 100

# The same idea of a word as luqum's lexer, so that a quote inside a word (5") opens nothing.
_TOKEN = re.compile(
    r"""(?P<term>(?:[^\s:^~(){}\[\]/"'+\-\\<>]|\\.)(?:[^\s:^\\~(){}\[\]]|\\.)*)"""
    r"""|(?P<phrase>"(?:[^\\"]|\\.)*")|(?P<bracket>[(){}\[\]])|(?P<quote>")|.""",
    re.DOTALL,
)
_PAIRS = {")": "(", "]": "[{", "}": "[{"}


def check_bounds(text: str) -> None:
    """Raise QueryError for a query that is too long, nested too deeply, or not text."""
    if len(text) > MAX_LENGTH:
        raise QueryError(f"The query has {len(text):,} characters; at most {MAX_LENGTH:,} are read.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise QueryError(f"Column {error.start + 1}: this is not a character; leave it out.") from error
    if "\x00" in text:
        raise QueryError(f"Column {text.index(chr(0)) + 1}: this is not a character; leave it out.")
    depth = 0
    for token in _TOKEN.finditer(text):
        bracket = token["bracket"] or ""
        depth += (bracket == "(") - (bracket == ")")
        if depth > MAX_DEPTH:
            raise too_deep(token.start() + 1)


def too_deep(column: int) -> QueryError:
    """What is said to a query with too many levels."""
    return QueryError(f"Column {column}: more than {MAX_DEPTH} levels of brackets or NOT; write it flatter.")


def explain(text: str, error: Exception) -> NoReturn:
    """Raise QueryError for what luqum could not read, with the place and the cure."""
    _explain_pairs(text)
    place = re.search(r"position (\d+)", str(error))
    if place is None:
        last = text.split()[-1] if text.split() else ""
        after = f" after {last}" if last in ("AND", "OR", "NOT", "+", "-") or last.endswith(":") else ""
        raise QueryError(
            f"Column {len(text) + 1}: the query ends{after} where a word is needed; write one, or leave the end out."
        )
    at = int(place[1])
    rest = text[at:].split(maxsplit=1)
    found = rest[0][:20] if rest else ""
    if found[:1] in ("'", "/"):
        cure = "this can't begin a word; put the words in double quotes."
    elif found[:1] == "\\":
        cure = "a backslash at the end escapes nothing; leave it out."
    elif found[:1] in ("~", "^"):
        cure = f"{found[0]} belongs right behind a word."
    elif _inside_range(text, at):
        cure = "a range is written [from TO to]."
    else:
        cure = f"{found or 'this'} stands where a word is needed; put it in double quotes if it is one."
    raise QueryError(f"Column {at + 1}: {cure}")


def _explain_pairs(text: str) -> None:
    opened: list[tuple[str, int]] = []
    for token in _TOKEN.finditer(text):
        column = token.start() + 1
        if token["quote"]:
            raise QueryError(f'Column {column}: the quote " is never closed; close it or leave it out.')
        bracket = token["bracket"]
        if bracket in _PAIRS:
            if not opened or opened[-1][0] not in _PAIRS[bracket]:
                raise QueryError(f"Column {column}: {bracket} closes nothing; leave it out or open it before.")
            opened.pop()
        elif bracket:
            opened.append((bracket, column))
    if opened:
        bracket, column = opened[-1]
        raise QueryError(f"Column {column}: {bracket} is never closed; close it or leave it out.")


def _inside_range(text: str, at: int) -> bool:
    return max(text.rfind("[", 0, at), text.rfind("{", 0, at)) > max(text.rfind("]", 0, at), text.rfind("}", 0, at))
