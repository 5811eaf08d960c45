"""What a page says of its article in JSON-LD (schema.org/NewsArticle and its kin)."""

from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement

from pipelines.parse.json_text import read_json

_ARTICLES = frozenset({"Report", "BlogPosting", "LiveBlogPosting", "SocialMediaPosting", "NewsStory"})
_SCRIPT_LIMIT = 2 * 2**20
_OBJECTS_LIMIT = 2000


def article_object(tree: HtmlElement) -> dict[str, Any]:
    """The first article among the page's JSON-LD objects; empty where there is none."""
    return next((found for found in _objects(tree) if _is_article(found)), {})


def _objects(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """Every object of every script, outer ones first, without recursion."""
    left = _OBJECTS_LIMIT
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        waiting = [_value(script.text or "")]
        while waiting and left:
            value = waiting.pop(0)
            left -= 1
            if isinstance(value, list):
                waiting[:0] = value[:left]
            elif isinstance(value, dict):
                yield value
                waiting += [value[name] for name in ("@graph", "mainEntity", "mainEntityOfPage") if name in value]


def _value(text: str) -> object:
    """The script's value; wrappers that were meant for old browsers are taken off."""
    text = text[:_SCRIPT_LIMIT].strip()
    for start, end in (("<!--", "-->"), ("//<![CDATA[", "//]]>"), ("/*<![CDATA[*/", "/*]]>*/"), ("<![CDATA[", "]]>")):
        text = text.removeprefix(start).removesuffix(end).strip()
    try:
        return read_json(text.rstrip(";"))
    except (ValueError, RecursionError):
        return None


def _is_article(value: dict[str, Any]) -> bool:
    kinds = value.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(name, str) and (name.endswith("Article") or name in _ARTICLES) for name in names)


def texts(value: object) -> list[str]:
    """The texts in a value: of an object its name or address, of a list each member's."""
    members = value if isinstance(value, list) else [value]
    return [text for member in members[:200] if (text := _text(member))]


def _text(value: object) -> str | None:
    if isinstance(value, dict):
        value = next((value[key] for key in ("name", "url", "@value", "@id") if isinstance(value.get(key), str)), None)
    return value if isinstance(value, str) and value.strip() else None
