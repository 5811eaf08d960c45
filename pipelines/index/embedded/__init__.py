"""The index on disk: one tantivy index per language in one directory."""

from pipelines.index.embedded.store import EmbeddedIndex

__all__ = ["EmbeddedIndex"]
