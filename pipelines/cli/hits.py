"""Shows what a search found: hits with what matched in colour, facets in a few lines, a hint where there is nothing."""

import re
from collections.abc import Iterator
from datetime import datetime

from babel import Locale, UnknownLocaleError
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from models.search import FacetValue, Hit, SearchRequest, SearchResult
from pipelines.cli.output import plain

_MARKED = re.compile(r"<em>(.*?)</em>", re.DOTALL)
_MATCH = "bold yellow"
_PASSAGES = 2
_FACET_VALUES = 8
_LABELS = {"source_name": "sources", "language": "languages"}


def results(result: SearchResult, request: SearchRequest) -> RenderableType:
    """The page of hits, the facets and the total."""
    return Group(*_parts(result, request))


def nothing_found(request: SearchRequest, held: int) -> RenderableType:
    """What to try when nothing matches; `held` is how many articles the index holds."""
    if held == 0:
        return Text("The index is empty. Fill it: newsbeam run, or newsbeam run FILES")
    tips = []
    if " " in request.query or ":" in request.query:
        tips.append("fewer words or fields")
    if request.query and "*" not in request.query:
        tips.append("a word's beginning, as in put*")
    narrowing = (
        ("--language", request.language),
        ("--since", request.since),
        ("--until", request.until),
        ("--source", request.source_id),
        ("--filter", request.filters),
        ("--like", request.like),
    )
    tips += [f"without {option}" for option, given in narrowing if given]
    line = Text(f"Nothing found in {held:,} {'article' if held == 1 else 'articles'}.")
    return line.append(f" Try {', or '.join(tips)}.") if tips else line


def _parts(result: SearchResult, request: SearchRequest) -> Iterator[RenderableType]:
    for number, hit in enumerate(result.hits, request.offset + 1):
        yield from _hit(number, hit)
    yield from _facets(result)
    first, last = request.offset + 1, request.offset + len(result.hits)
    line = Text(f"{result.total:,} found", style="bold")
    if result.hits and len(result.hits) < result.total:
        line.append(f", {first:,} to {last:,} shown", style="dim")
        if last < result.total:
            line.append(f"; more with --offset {last}", style="dim")
    elif not result.hits and request.limit:
        line.append(f", none beyond {request.offset:,}", style="dim")
    yield line


def _hit(number: int, hit: Hit) -> Iterator[RenderableType]:
    article = hit.article
    about = [article.source_name, written(article.timestamp), language_name(article.language)]
    passages = [passage for field, found in hit.highlights.items() if field != "title" for passage in found]
    lines = [
        _marked(hit.highlights.get("title", (article.title,))[0], "bold"),
        Text(" · ".join(plain(part) for part in about), style="dim"),
        *(_marked(passage, "") for passage in passages[:_PASSAGES] or [article.summary or article.body[:160]]),
    ]
    if article.url:
        lines.append(Text(plain(article.url), style="blue", overflow="fold"))
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=3, justify="right", style="dim")
    table.add_column()
    table.add_row(f"{number}", Group(*lines))
    yield table
    yield Text()


def _marked(passage: str, style: str) -> Text:
    """The passage, what stands between `<em>` and `</em>` in colour."""
    text = Text(style=style)
    end = 0
    for match in _MARKED.finditer(passage):
        text.append(plain(passage[end : match.start()]))
        text.append(plain(match[1]), style=_MATCH)
        end = match.end()
    return text.append(plain(passage[end:]))


def _facets(result: SearchResult) -> Iterator[RenderableType]:
    shown = {name: values for name, values in result.facets.items() if values}
    if not shown:
        return
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", style="dim", no_wrap=True, min_width=13)
    table.add_column()
    for name, values in shown.items():
        found = Text(" · ").join(_facet(value) for value in values[:_FACET_VALUES])
        found.truncate(190, overflow="ellipsis")
        table.add_row(_LABELS.get(name, name), found)
    yield table
    yield Text()


def _facet(value: FacetValue) -> Text:
    return Text(plain(value.value)).append(f" {value.count:,}", style="dim")


def written(moment: datetime) -> str:
    """A moment with its zone, in the reader's own."""
    local = moment.astimezone()
    return f"{local:%Y-%m-%d %H:%M} {local.tzname() or 'UTC'}"


def language_name(code: str) -> str:
    """The English name of a language, or its code where it has none."""
    try:
        return Locale.parse(code, sep="-").get_language_name("en") or code
    except (UnknownLocaleError, ValueError):
        return code
