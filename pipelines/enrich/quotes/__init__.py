"""What was said word for word, and by whom."""

from pipelines.enrich.quotes.extractor import QuotesExtractor

__all__ = ["QuotesExtractor"]
