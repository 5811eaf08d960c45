"""Shortens what an index would reject or lose, and remembers which fields it shortened."""

from collections.abc import Iterable

from pipelines.normalize.text import tidy
from pipelines.normalize.title import cut_at_word

KEYWORD = 1_024
"""Characters of anything that is filtered as a whole. Lucene takes 32,766 bytes at most."""
TITLE = 1_024
SUMMARY = 10_000
BODY = 1_000_000
VALUES = 200
"""Values of a list."""


class Caps:
    """The caps of one record; `cut` names the fields that did not fit."""

    def __init__(self) -> None:
        self._cut: set[str] = set()

    @property
    def cut(self) -> tuple[str, ...]:
        """The names of the shortened fields, sorted."""
        return tuple(sorted(self._cut))

    def prose(self, field: str, text: str, limit: int) -> str:
        """Text of at most `limit` characters, cut at a word."""
        if len(text) <= limit:
            return text
        self._cut.add(field)
        return cut_at_word(text, limit)

    def keyword(self, field: str, value: str | None, limit: int = KEYWORD) -> str | None:
        """One tidied value, None where nothing is left of it."""
        if value is None:
            return None
        if len(value) > 4 * limit:
            self._cut.add(field)
            value = value[: 4 * limit]
        return self.prose(field, tidy(value), limit) or None

    def whole(self, field: str, value: str | None, limit: int = KEYWORD) -> str | None:
        """A value that means nothing when shortened, such as an address: None where it is too long."""
        if value is not None and len(value) > limit:
            self._cut.add(field)
            return None
        return value

    def keywords(self, field: str, values: Iterable[str]) -> tuple[str, ...]:
        """Tidied values, each once without regard to case, in order."""
        kept: dict[str, str] = {}
        for value in values:
            short = self.keyword(field, value)
            if short:
                kept.setdefault(short.casefold(), short)
            if len(kept) > VALUES:
                kept.popitem()
                self._cut.add(field)
                break
        return tuple(kept.values())
