"""`newsbeam search` and `newsbeam export`: articles out of the index. Beam is never imported here."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from models.errors import SetupError
from models.search import SearchRequest
from pipelines.cli.hits import nothing_found, results
from pipelines.cli.options import ConfigOption, IndexOption, JsonOption, settings_for
from pipelines.cli.output import emit, messages, output
from pipelines.cli.progress import waiting
from pipelines.cli.times import read_moment
from pipelines.configuration import nearest
from pipelines.index.fields import FACETS
from pipelines.languages import UNDETERMINED
from pipelines.stores import opened_store

LanguageOption = Annotated[str | None, typer.Option(help="Only articles in this language: de, en, ...")]
SinceOption = Annotated[
    str | None, typer.Option(metavar="WHEN", help="From 2025-04-01, 2025-04-01T12:00Z, or 7d for seven days ago.")
]
UntilOption = Annotated[str | None, typer.Option(metavar="WHEN", help="Up to then; a date means its whole day.")]
SourceOption = Annotated[str | None, typer.Option(help="Only articles of the source with this id.")]
FilterOption = Annotated[
    list[str] | None,
    typer.Option("--filter", metavar="FIELD=VALUE", help="Only articles with this value; several of one field: any."),
]


def search(
    ctx: typer.Context,
    query: Annotated[str, typer.Argument(help="What to look for; everything if empty.", show_default=False)] = "",
    language: LanguageOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    source: SourceOption = None,
    filters: FilterOption = None,
    like: Annotated[
        str | None, typer.Option(metavar="ID", help="Only articles about the same as the one with this id.")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, max=1000, help="How many hits to show.")] = 10,
    offset: Annotated[int, typer.Option(min=0, max=9000, help="How many hits to skip.")] = 0,
    sort: Annotated[
        Literal["relevance", "newest"] | None,
        typer.Option(help="Which come first: relevance, or newest without a query.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """Search the index.

    Words match title and body, in every form and by their synonyms; exact:word matches only what is written. Fields,
    phrases, ranges and wildcards are written as in Kibana's Lucene syntax.

    ```
    newsbeam search 'putin AND countries:KP'
    newsbeam search 'people:"Kim Jong Un"' --since 7d
    newsbeam search 'speakers:Putin AND quotes:Helden'
    newsbeam search '"heilige Mission"' --language de --json
    newsbeam search --filter source_name='Deutsche Welle' --sort newest
    newsbeam search 'exact:"die Grünen"'
    newsbeam search --like 3fa94c27d1b85e60c9f2a7714be08d35 --since 30d
    ```
    """
    if like is not None and not like.strip():
        raise SetupError("--like: which article? newsbeam search --json shows the id of each.")
    request = request_of(query, language, since, until, source, filters).model_copy(
        update={
            "like": like and like.strip().lower(),
            "limit": limit,
            "offset": offset,
            "sort": sort or ("relevance" if query.strip() or like else "newest"),
        }
    )
    settings = settings_for(ctx, config, index)
    with opened_store(settings) as (articles, _):
        with waiting(messages(), "searching"):
            result = articles.search(request)
        if as_json:
            emit([result])
        elif result.total:
            output().print(results(result, request))
        else:
            held = articles.search(SearchRequest(limit=0, facets=())).total
            output().print(nothing_found(request, held))
    return 0


def export(
    ctx: typer.Context,
    query: Annotated[str, typer.Argument(help="What to export; everything if empty.", show_default=False)] = "",
    language: LanguageOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    source: SourceOption = None,
    filters: FilterOption = None,
    config: ConfigOption = None,
    index: IndexOption = None,
) -> int:
    """Write every record that matches as a line of JSON, ordered by id.

    ```
    newsbeam export > everything.jsonl
    newsbeam export 'countries:KP' --since 2025-04-01 | gzip > korea.jsonl.gz
    ```
    """
    request = request_of(query, language, since, until, source, filters)
    settings = settings_for(ctx, config, index)
    with opened_store(settings) as (articles, _):
        emit(articles.export(request))
    return 0


def request_of(
    query: str,
    language: str | None,
    since: str | None,
    until: str | None,
    source: str | None,
    filters: list[str] | None,
) -> SearchRequest:
    """The request that a query and the options of `search` make. Raises SetupError."""
    now = datetime.now(UTC)
    start = read_moment(since, now, "--since") if since else None
    end = read_moment(until, now, "--until", end=True) if until else None
    if start is not None and end is not None and start >= end:
        raise SetupError(f"--since {since} is not before --until {until}; nothing lies between them")
    return SearchRequest(
        query=query.strip(),
        language=language and _language(language),
        source_id=source,
        since=start,
        until=end,
        filters=_filters(filters or []),
    )


def _language(given: str) -> str:
    """The language that a tag or a name means (BCP 47). Raises SetupError for what is none."""
    from pipelines.normalize.language_tag import language_tag  # with it come all names of languages

    tag = language_tag(given).partition("-")[0]
    if tag == UNDETERMINED and given.strip().lower() != UNDETERMINED:
        raise SetupError(f"--language: '{given}' is no language; write de, en or fr")
    return tag


def _filters(given: list[str]) -> dict[str, tuple[str, ...]]:
    """Values by facet. Raises SetupError for a field that is none, with the nearest."""
    found: dict[str, list[str]] = defaultdict(list)
    for text in given:
        field, sign, value = text.partition("=")
        if not sign or not value:
            raise SetupError(f"--filter: '{text}' is not FIELD=VALUE, as in --filter countries=KP")
        if field not in FACETS:
            near = nearest(field, FACETS)
            hint = f"did you mean '{near}'?" if near else f"known: {', '.join(FACETS)}"
            raise SetupError(f"--filter: there is no field '{field}' to filter by; {hint}")
        found[field].append(value)
    return {field: tuple(values) for field, values in found.items()}
