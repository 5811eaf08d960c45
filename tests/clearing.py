"""Removes what a test made in an Elasticsearch that others use too."""

from elasticsearch import Elasticsearch


def delete_all(client: Elasticsearch, beginning: str) -> None:
    """Delete the indices and the sets of synonyms whose names begin so; a set can go once no index needs it."""
    for name in client.indices.get(index=f"{beginning}*", expand_wildcards="all"):
        client.indices.delete(index=name)
    for found in client.synonyms.get_synonyms_sets(size=1000)["results"]:
        if (name := found["synonyms_set"]).startswith(beginning):
            client.synonyms.delete_synonym(id=name)
