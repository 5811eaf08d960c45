"""The quotes, one document each in one index for all languages: what it looks like and what it holds."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json

from models.article import Article
from models.language import Language
from models.settings import ElasticsearchSettings
from pipelines.index.elasticsearch.bulk import Action
from pipelines.index.elasticsearch.client import Connection
from pipelines.index.elasticsearch.schema import SPELLED, Body, analysis, index_settings, merged, stamped
from pipelines.languages import index_language, languages
from pipelines.names import fold_name

WORDS = "words"
"""An object with the text once more, under the code of its language and in the stems of that language.

A field of its own for each language, filled in for one of them, costs one analysis of each quote. Subfields of `text`
would cost one for every language there is, and an index for each language a page of settings for a handful of quotes.
"""

_KEYWORD: Body = {"type": "keyword"}
_LONG: Body = {"type": "long"}


def quotes_alias(connection: Connection) -> str:
    """The name that quotes are read and written by."""
    return f"{connection.address.prefix}-quotes"


def quotes_body(settings: ElasticsearchSettings, synonyms: Mapping[str, Body] | None = None) -> Body:
    """Settings and mappings of the index of quotes; of what the user adds, the settings hold here too."""
    stemmed = {code: language for code, language in languages().items() if _has_stems(language)}
    return stamped(
        {
            "settings": {
                "index": merged(
                    {
                        "number_of_shards": 1,
                        "refresh_interval": "30s",
                        # What is typed without a field, in Kibana too, is looked for in the words that are said.
                        "query": {"default_field": ["text", f"{WORDS}.*"]},
                        "analysis": _analysis(stemmed, synonyms or {}),
                    },
                    index_settings(settings.settings),
                )
            },
            "mappings": {
                "dynamic": "strict",
                "properties": {
                    "article_id": _KEYWORD,
                    "article_version": _LONG,
                    "ordinal": _LONG,
                    "text": {"type": "text", "analyzer": "any"},
                    WORDS: {
                        "properties": {
                            code: {
                                "type": "text",
                                "analyzer": f"words_{code}",
                                "search_analyzer": f"words_{code}_search",
                            }
                            for code in stemmed
                        }
                    },
                    "offset": _LONG,
                    "speaker": {
                        "type": "keyword",
                        "fields": {"folded": {"type": "keyword", "normalizer": "folded", "doc_values": False}},
                    },
                    "speaker_offset": _LONG,
                    SPELLED: {"properties": {"speaker": {"type": "text", "analyzer": "news_names", "norms": False}}},
                    "title": _KEYWORD | {"ignore_above": 1024},
                    "url": _KEYWORD,
                    "source_id": _KEYWORD,
                    "source_name": _KEYWORD,
                    "section": _KEYWORD,
                    "language": _KEYWORD,
                    "timestamp": {"type": "date"},
                },
            },
        }
    )


def quote_actions(index: str, article: Article) -> list[Action]:
    """The write of each quote of an article, in its version; `index` is the alias.

    Raises PydanticSerializationError for a text that is no Unicode.
    """
    if not article.quotes:
        return []
    about: dict[str, Any] = {
        "article_id": article.id,
        "article_version": article.version,
        "title": article.title,
        "url": article.url,
        "source_id": article.source_id,
        "source_name": article.source_name,
        "section": article.section,
        "language": article.language,
        "timestamp": article.timestamp.isoformat(),
    }
    code = index_language(article.language)
    stems = _has_stems(languages()[code])
    actions = []
    for ordinal, quote in enumerate(article.quotes):
        source = about | quote.model_dump(exclude_none=True) | {"ordinal": ordinal}
        if stems:
            source[WORDS] = {code: quote.text}
        if quote.speaker is not None:
            source[SPELLED] = {"speaker": fold_name(quote.speaker)}
        where = _where(index, quote_id(article.id, ordinal), article.version, require_alias=True)
        actions.append(Action(where["_id"], _line({"index": where}) + _line(source)))
    return actions


def removal(index: str, id_: str, version: int) -> Action:
    """The removal of a quote that is there in this version or a lower one."""
    return Action(id_, _line({"delete": _where(index, id_, version)}))


def quote_id(article_id: str, ordinal: int) -> str:
    """The id of the quote at this place, from 0, in its article."""
    return f"{article_id}-{ordinal}"


def _where(index: str, id_: str, version: int, **more: Any) -> dict[str, Any]:
    return {"_index": index, "_id": id_, "version": version, "version_type": "external_gte", **more}


def _line(part: dict[str, Any]) -> bytes:
    return to_json(part) + b"\n"


def _has_stems(language: Language) -> bool:
    own = language.elasticsearch
    return language.indexed and not language.cjk and bool(own.stemmer or own.filters)


def _analysis(stemmed: Mapping[str, Language], synonyms: Mapping[str, Body]) -> Body:
    """Words of any language as written, those of scripts without spaces in pairs; and the stems of each language."""
    whole = ["cjk_width", "lowercase", "cjk_bigram", "asciifolding"]
    body: Body = {
        "analyzer": {
            "any": {"type": "custom", "tokenizer": "standard", "filter": whole},
            "news_names": {"type": "custom", "tokenizer": "whitespace"},
        },
        "filter": {},
        "normalizer": {"folded": {"type": "custom", "filter": ["lowercase", "asciifolding"]}},
    }
    for code, language in stemmed.items():
        own = analysis(language, synonyms.get(code))
        body["filter"] |= {f"{name}_{code}": made for name, made in own["filter"].items()}
        for analyzer, end in (("news", ""), ("news_search", "_search")):
            chain = own["analyzer"][analyzer]
            names = [f"{name}_{code}" if name in own["filter"] else name for name in chain["filter"]]
            body["analyzer"][f"words_{code}{end}"] = chain | {"filter": names}
    return body
