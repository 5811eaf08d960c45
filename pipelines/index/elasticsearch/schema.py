"""What an index looks like, computed from the table of fields and the table of languages."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from models.language import Language
from models.settings import ElasticsearchSettings
from pipelines.index.compounds import compound_patterns
from pipelines.index.fields import FIELDS, NAMES, WORD_FIELDS, Field, Kind
from pipelines.languages import languages

Body = dict[str, Any]

SPELLED = "folded_names"
"""An object beside the fields of an article: the words of each name as `fold_name` spells them."""

STEMMED = "news_stemmed"
"""The analyzer of phrases with words between: stems, and no synonyms."""

DELAY = "delay_minutes"
"""From publication to first sight, for who looks at the health of feeds; Elasticsearch works it out as it indexes."""

_DELAY_FIELD: Body = {
    "type": "double",
    "on_script_error": "continue",
    "script": {
        "lang": "painless",
        "source": (
            "if (doc['published_at'].size() == 1 && doc['published_at_precision'].value != 'day') {"
            " long from = doc['published_at'].value.toInstant().toEpochMilli();"
            " long to = doc['first_seen_at'].value.toInstant().toEpochMilli();"
            " if (to >= from) emit((to - from) / 60000.0); }"
        ),
    },
}

MACHINE_FIELDS = frozenset({"id", "content_hash", "entry_hash"})
"""Written by us in lower case only: they need no second form without case."""

_SPELLED_NAME: Body = {"type": "text", "analyzer": "news_names", "norms": False}

_CLOCK_FIELDS = frozenset({"fetched_at", "first_seen_at"})
"""Read back from the index to the microsecond; always of our own time, which the type allows."""

_LONGEST_SAID = 200
"""Characters of a value that a difference shows."""

_LOWER_CASE = {"tr": "turkish", "el": "greek", "ga": "irish"}

_ELISION = {
    "it": "c l all dall dell nell sull coll pell gl agl dagl degl negl sugl un m t s v d",
    "fr": "l m t qu n s j d c jusqu quoiqu lorsqu puisqu",
}
"""The articles and particles that lose their vowel and are written together with the next word."""


def index_body(code: str, settings: ElasticsearchSettings, synonyms: Body | None = None) -> Body:
    """Settings and mappings of the index of one language, with what the user adds merged in.

    `synonyms` is the filter that looks for other words too.
    """
    body: Body = {
        "settings": {
            "index": merged(
                {
                    "number_of_shards": 1,
                    # A run asks for its own refreshes; each beyond them costs a tenth of the speed.
                    "refresh_interval": "30s",
                    # What is typed without a field, in Kibana too, is looked for where our own search does.
                    "query": {"default_field": [f"{name}^{FIELDS[name].weight:g}" for name in WORD_FIELDS]},
                    "analysis": analysis(languages()[code], synonyms),
                },
                index_settings(settings.settings),
            )
        },
        "mappings": {
            "dynamic": "strict",
            "properties": merged(
                {name: _field(name, field) for name, field in FIELDS.items()}
                | {SPELLED: {"properties": dict.fromkeys(NAMES, _SPELLED_NAME)}, DELAY: _DELAY_FIELD},
                settings.mappings.get("properties", settings.mappings),
            ),
        },
    }
    return stamped(body)


def stamped(body: Body) -> Body:
    """The same body with a hash of it, by which a person can tell two generations apart."""
    return {**body, "mappings": {**body["mappings"], "_meta": {"newsbeam": {"schema": _hash(body)}}}}


def merged(base: Mapping[str, Any], extra: Mapping[str, Any]) -> Body:
    """`base` with `extra` laid over it, key by key."""
    result = dict(base)
    for key, value in extra.items():
        held = result.get(key)
        result[key] = merged(held, value) if isinstance(held, dict) and isinstance(value, dict) else value
    return result


def differences(wanted: Body, found: Body) -> Iterator[str]:
    """How an index that exists differs from the body that it would be made from today, one sentence part each.

    Looks at what `wanted` names and at fields that only the index has; settings nobody asked for are its own.
    """
    wanted_fields = dict(_flat(wanted["mappings"]["properties"]))
    found_fields = dict(_flat(found.get("mappings", {}).get("properties", {})))
    yield from _compare("field", wanted_fields, found_fields)
    for name in sorted(found_fields.keys() - wanted_fields.keys()):
        yield f"field {name} is {_said(found_fields[name])}, should be absent"
    if (dynamic := found.get("mappings", {}).get("dynamic")) != "strict":
        yield f"new fields are treated as {_said(dynamic)}, should be strict"
    yield from _compare(
        "setting", dict(_flat(wanted["settings"]["index"])), dict(_flat(found.get("settings", {}).get("index", {})))
    )


def _compare(what: str, wanted: dict[str, Any], found: dict[str, Any]) -> Iterator[str]:
    for name, value in sorted(wanted.items()):
        if _plain(found.get(name)) != _plain(value):
            yield f"{what} {name} is {_said(found.get(name))}, should be {_said(value)}"


def _flat(tree: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def _plain(value: Any) -> Any:
    """Elasticsearch gives settings back as text, whatever they were."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if value is None else str(value)


def _said(value: Any) -> str:
    if value is None:
        return "absent"
    written = json.dumps(value, ensure_ascii=False)
    return written if len(written) <= _LONGEST_SAID else f"{written[:_LONGEST_SAID]} …"


def _hash(body: Body) -> str:
    return sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]


def index_settings(extra: Mapping[str, Any]) -> Body:
    """The user's settings without their optional `index` level, dots read as levels."""
    result: Body = {}
    for key, value in extra.items():
        first, _, rest = key.partition(".")
        if first == "index" and not rest:
            result = merged(result, index_settings(value))
        elif first == "index":
            result = merged(result, index_settings({rest: value}))
        else:
            result = merged(result, {first: index_settings({rest: value}) if rest else value})
    return result


def analysis(language: Language, synonyms: Body | None = None) -> Body:
    """Analyzers `news`, `news_search`, STEMMED and `news_exact` of one language, with their filters.

    Compounds are taken apart in what is stored, synonyms are added to what is asked: both leave phrases whole.
    """
    filters: Body = {"news_lowercase": {"type": "lowercase"}}
    if kind := _LOWER_CASE.get(language.code):
        filters["news_lowercase"]["language"] = kind
    body: Body = {
        "analyzer": {"news_names": {"type": "custom", "tokenizer": "whitespace"}},
        "filter": filters,
        "normalizer": {"folded": {"type": "custom", "filter": ["lowercase", "asciifolding"]}},
    }
    if language.cjk:
        filters["news_pairs"] = {"type": "cjk_bigram"}
        filters["news_pairs_and_signs"] = {"type": "cjk_bigram", "output_unigrams": True}
        stored, asked = (
            _analyzer("cjk_width", "news_lowercase", pairs) for pairs in ("news_pairs_and_signs", "news_pairs")
        )
        body["analyzer"] |= {"news": stored, "news_search": asked, STEMMED: asked, "news_exact": asked}
        return body
    chain = ["news_lowercase"]
    for name in language.elasticsearch.filters:
        if name == "elision" and (articles := _ELISION.get(language.code)):
            filters["news_elision"] = {"type": "elision", "articles": articles.split(), "articles_case": True}
            chain.append("news_elision")
        else:
            chain.append(name)
    parts, stems, once, others = [], [], [], []
    if patterns := compound_patterns(language.code):
        filters["news_compounds"] = {"type": "pattern_capture", "preserve_original": True, "patterns": list(patterns)}
        parts.append("news_compounds")
        once.append("remove_duplicates")
    if stemmer := language.elasticsearch.stemmer:
        filters["news_stemmer"] = {"type": "stemmer", "language": stemmer}
        stems.append("news_stemmer")
    if synonyms:
        filters["news_synonyms"] = synonyms
        others.append("news_synonyms")
    body["analyzer"] |= {
        "news": _analyzer(*chain, *parts, *stems, "asciifolding", *once),
        "news_search": _analyzer(*chain, *stems, "asciifolding", *others),
        STEMMED: _analyzer(*chain, *stems, "asciifolding"),
        "news_exact": _analyzer("news_lowercase", "asciifolding"),
    }
    return body


def _analyzer(*filters: str) -> Body:
    return {"type": "custom", "tokenizer": "standard", "filter": list(filters)}


def _field(name: str, field: Field) -> Body:
    match field.kind:
        case Kind.OBJECT:
            return {"properties": {part: _part(f"{name}.{part}", kind) for part, kind in field.parts}}
        case Kind.NESTED:
            return {
                "type": "nested",
                "dynamic": "strict",
                "properties": {part: _nested_part(kind) for part, kind in field.parts},
            }
        case kind:
            return _part(name, kind)


def _part(name: str, kind: Kind) -> Body:
    match kind:
        case Kind.TEXT:
            text: Body = {
                "type": "text",
                "analyzer": "news",
                "search_analyzer": "news_search",
                "fields": {"exact": {"type": "text", "analyzer": "news_exact"}},
            }
            if name == "body":
                text["index_options"] = "offsets"
            if "." in name:  # of many parts: the same distance between two of them as in the embedded index
                text["position_increment_gap"] = text["fields"]["exact"]["position_increment_gap"] = 1
            return text
        case Kind.KEYWORD if name in MACHINE_FIELDS:
            return {"type": "keyword"}
        case Kind.KEYWORD | Kind.NAME:
            return {
                "type": "keyword",
                "fields": {"folded": {"type": "keyword", "normalizer": "folded", "doc_values": False}},
            }
        case Kind.DATE if name in _CLOCK_FIELDS:
            return {"type": "date_nanos"}
        case Kind.DATE:
            return {"type": "date"}
        case Kind.INTEGER:
            return {"type": "long"}
        case Kind.POINT:
            return {"type": "geo_point"}
        case _:
            return {"type": "object", "enabled": False}


def _nested_part(kind: Kind) -> Body:
    """Nested parts are there for detail: one form each."""
    if kind is Kind.TEXT:
        return {"type": "text", "analyzer": "news", "search_analyzer": "news_search"}
    return {"type": "keyword"} if kind is Kind.KEYWORD else _part("", kind)
