"""More like this: the most telling terms of one article, looked for in every index."""

from collections import Counter
from collections.abc import Sequence

import tantivy
from tantivy import Occur

from models.article import Article
from pipelines.index.embedded.records import texts_of
from pipelines.index.embedded.schema import ID
from pipelines.index.embedded.shard import Shard
from pipelines.index.fields import WORD_FIELDS
from pipelines.index.similar import telling_terms, terms_needed, unknown_article


class Similar:
    """What is about the same as an article, but not the article. Raises SetupError where there is none of this id."""

    def __init__(self, shards: Sequence[Shard], article_id: str) -> None:
        found = ((shard, article) for shard in shards if (article := shard.get(article_id)) is not None)
        home = next(found, None)
        if home is None:
            raise unknown_article(article_id)
        self._id = article_id
        self._terms = _terms(*home)

    def compile(self, shard: Shard) -> tantivy.Query:
        """The query for one index."""
        if not self._terms:
            return tantivy.Query.empty_query()
        like = tantivy.Query.boolean_query(
            [(Occur.Should, shard.compiler.in_texts(term)) for term in self._terms],
            minimum_number_should_match=terms_needed(self._terms),
        )
        itself = tantivy.Query.term_query(shard.schema, ID, self._id)
        return tantivy.Query.boolean_query([(Occur.Must, like), (Occur.MustNot, itself)])


def _terms(shard: Shard, article: Article) -> list[str]:
    counts = Counter(
        term
        for field in WORD_FIELDS
        for text in texts_of(article, field)
        for token in shard.analysis.tokens(text)
        for term in token.stems
    )
    held = {term: max(shard.searcher.doc_freq(field, term) for field in WORD_FIELDS) for term in counts}
    return telling_terms(counts, held, shard.searcher.num_docs)
