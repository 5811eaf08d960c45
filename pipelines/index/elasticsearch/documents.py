"""From articles to the documents that Elasticsearch holds."""

from pydantic_core import to_json

from models.article import Article
from pipelines.index.elasticsearch.schema import SPELLED
from pipelines.index.fields import NAMES
from pipelines.names import fold_name


def with_spelled_names(source: bytes, article: Article) -> bytes:
    """The JSON of an article with the words of its names beside it, in the spelling that a search uses."""
    spelled = {field: [fold_name(name) for name in names] for field in NAMES if (names := getattr(article, field))}
    if not spelled:
        return source
    return source[:-1] + b',"' + SPELLED.encode() + b'":' + to_json(spelled) + b"}"
