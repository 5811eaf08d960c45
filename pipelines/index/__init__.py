"""The search indexes: one protocol, an embedded implementation and Elasticsearch."""
