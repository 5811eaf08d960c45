"""Where strictness lives: one candidate becomes one valid article, or one failure."""

from pipelines.normalize.article import normalize

__all__ = ["normalize"]
