"""From documents to entries, a format per file."""
