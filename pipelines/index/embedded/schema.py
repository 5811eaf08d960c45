"""What a tantivy index looks like, computed from the table of fields and the table of languages."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from tantivy import Schema, SchemaBuilder, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from models.language import Language
from pipelines.index.compounds import compound_patterns
from pipelines.index.embedded.analysis import LONGEST_WORD, WORD
from pipelines.index.fields import NAMES, SEARCHABLE, Kind

SCHEMA_VERSION = 2
"""Raised by hand when an index must be rebuilt for a reason that `describe` does not show."""

ARTICLE, KNOWN, ID, ID_ORDER, PRESENT = "_article", "_known", "_id", "_id_order", "_present"
"""Fields of ours: the whole record, what `known` answers with, the exact id, its first bytes, the texts there are."""


def build_schema() -> Schema:
    """The same fields for every language; only the analysis of `words` differs."""
    builder = SchemaBuilder()
    for name, kind in SEARCHABLE.items():
        match kind:
            case Kind.TEXT:
                builder.add_text_field(name, tokenizer_name="words", index_option="position")
                builder.add_text_field(exact(name), tokenizer_name="exact", index_option="position")
            case Kind.KEYWORD | Kind.NAME:
                builder.add_text_field(name, tokenizer_name="folded", index_option="basic", fast=True)
            case _:
                builder.add_integer_field(name, indexed=True, fast=True)
    for name in NAMES:
        builder.add_text_field(spelled(name), tokenizer_name="whitespace", index_option="position")
    builder.add_text_field(ID, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(KNOWN, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field(PRESENT, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field(ID_ORDER, indexed=True, fast=True)
    builder.add_bytes_field(ARTICLE, stored=True)
    return builder.build()


def exact(field: str) -> str:
    """The unstemmed form of a text field."""
    return f"{field}.exact"


def spelled(field: str) -> str:
    """The words of a field of names, each as `fold_name` spells it."""
    return f"{field}.folded"


def raw() -> TextAnalyzer:
    """Leaves a value as it is: what facets show."""
    return TextAnalyzerBuilder(Tokenizer.raw()).build()


def describe(language: Language) -> dict[str, Any]:
    """The schema in words, kept beside each index to tell later whether it is still the same."""
    return {
        "version": SCHEMA_VERSION,
        "fields": {name: kind.value for name, kind in SEARCHABLE.items()},
        "analysis": {
            "word": WORD,
            "longest_word": LONGEST_WORD,
            "stemmer": language.embedded.stemmer or "none",
            "compounds": _mark(compound_patterns(language.code)),
        },
    }


def _mark(patterns: Sequence[str]) -> str:
    """A few characters by which two lists of nouns are told apart."""
    return sha256("\n".join(patterns).encode()).hexdigest()[:8] if patterns else "none"


def differences(wanted: dict[str, Any], found: Any) -> tuple[str, ...]:
    """How the schema of an index differs from what it would be made with today, one sentence part each."""
    if not isinstance(found, dict):
        return ("its schema is not known",)
    should, there = _flat(wanted), _flat(found)
    return tuple(
        f"{name} is {there.get(name, 'absent')}, should be {should.get(name, 'absent')}"
        for name in sorted(should.keys() | there.keys())
        if there.get(name) != should.get(name)
    )


def _flat(description: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{part} {name}".strip(): value
        for part, values in description.items()
        for name, value in (values.items() if isinstance(values, dict) else [("", values)])
    }
