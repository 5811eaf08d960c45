"""From recognized names to entities: who is meant, once in an article and under one name in all of them."""

from pipelines.enrich.entities.aliases import with_packaged
from pipelines.enrich.entities.extractor import EntitiesExtractor

__all__ = ["EntitiesExtractor", "with_packaged"]
