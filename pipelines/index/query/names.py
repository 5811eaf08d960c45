"""The field names that a query may use, and what is said to one that it may not."""

import difflib

from pipelines.index.fields import SEARCHABLE, Kind
from pipelines.index.query.tree import QueryError

ALIASES = {
    "author": "authors",
    "country": "countries",
    "date": "timestamp",
    "lang": "language",
    "org": "organizations",
    "person": "people",
    "place": "places",
    "quote": "quotes.text",
    "quotes": "quotes.text",
    "source": "source_id",
    "speaker": "speakers",
}
"""Short names that people type, and the fields they mean."""

EXACT = {"exact": None} | {f"{name}.exact": name for name, kind in SEARCHABLE.items() if kind is Kind.TEXT}
"""Names under which words are looked for as they are written, and the field they mean; none is title and body."""


def field_named(written: str, column: int) -> tuple[str | None, bool]:
    """The field that a name means, whatever its case, and whether its words are meant exactly.

    Raises QueryError with the nearest name there is.
    """
    name = written.replace("\\", "").lower()
    base, dot, form = name.partition(".exact")
    name = ALIASES.get(base, base) + dot + form
    if name in EXACT:
        return EXACT[name], True
    if name in SEARCHABLE:
        return name, False
    near = difflib.get_close_matches(name, [*SEARCHABLE, *ALIASES, *EXACT], n=1, cutoff=0.5)
    cure = f"did you mean {near[0]}?" if near else f"the fields are {', '.join(SEARCHABLE)}."
    raise QueryError(f"Column {column}: there is no field {_short(written)}; {cure}")


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "…"
