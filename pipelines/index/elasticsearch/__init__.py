"""The index in Elasticsearch: one index per language behind one alias."""

from pipelines.index.elasticsearch.store import ElasticsearchIndex

__all__ = ["ElasticsearchIndex"]
