"""More like this: the most telling terms of one article, as a query."""

from collections import Counter

from pipelines.index.elasticsearch.client import Connection
from pipelines.index.elasticsearch.compile import Dsl
from pipelines.index.fields import FIELDS, OTHER_TEXT, WORD_FIELDS
from pipelines.index.similar import telling_terms, terms_needed, unknown_article


def similar_to(connection: Connection, alias: str, article_id: str) -> Dsl:
    """What is about the same as an article, but not the article. Raises SetupError where there is none of this id."""
    found = connection.patiently(
        lambda client: client.search(index=alias, query={"ids": {"values": [article_id]}}, size=1, source=False)
    )
    if not found["hits"]["hits"]:
        raise unknown_article(article_id)
    index = found["hits"]["hits"][0]["_index"]
    vectors = connection.patiently(
        lambda client: client.termvectors(
            index=index,
            id=article_id,
            fields=list(WORD_FIELDS),
            term_statistics=True,
            offsets=False,
            positions=False,
            payloads=False,
        )
    )["term_vectors"]
    counts: Counter[str] = Counter()
    held: dict[str, int] = {}
    for vector in vectors.values():
        for term, told in vector["terms"].items():
            counts[term] += told["term_freq"]
            held[term] = max(held.get(term, 0), told.get("doc_freq", 0))
    articles = max((vector["field_statistics"]["doc_count"] for vector in vectors.values()), default=0)
    terms = telling_terms(counts, held, articles)
    if not terms:
        return {"match_none": {}}
    return {
        "bool": {
            "should": list(map(_in_texts, terms)),
            "minimum_should_match": terms_needed(terms),
            "must_not": [{"ids": {"values": [article_id]}}],
        }
    }


def _in_texts(term: str) -> Dsl:
    each = [{"term": {name: {"value": term, "boost": FIELDS[name].weight}}} for name in WORD_FIELDS]
    return {"dis_max": {"queries": each, "tie_breaker": OTHER_TEXT}}
