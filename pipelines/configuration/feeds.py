"""Turns `feeds.yaml` into sources, and checks what no single key can tell: doubles, secrets, languages."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from models.feeds_file import Auth, FeedEntry, FeedsFile
from models.source import Content, FeedSource
from pipelines.configuration.documents import Document
from pipelines.configuration.problems import Keys, problems_of
from pipelines.languages import languages

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REFERENCE = re.compile(rf"\$\{{({_VARIABLE.pattern})\}}")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
_SECRET_NAME = re.compile(r"auth|cookie|token|secret|passw|credential|api-?key|access-?key|session|signature", re.I)
_SECRET_VALUE = re.compile(r"(bearer|basic|digest|token|apikey)\s", re.I)
_OWN_HEADERS = {
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "if-modified-since",
    "if-none-match",
    "transfer-encoding",
}


def read_feeds(document: Document, environ: Mapping[str, str] | None) -> tuple[list[FeedSource], list[FeedSource]]:
    """The enabled and the disabled feeds; what is wrong goes into the document's problems.

    With `environ`, the variables that enabled feeds name must be set there.
    """
    entries = _entries(document)
    written = {number: raw for number, raw in enumerate(_part(document.value, "feeds", list)) if isinstance(raw, dict)}
    _report_doubles(document, written)
    enabled: list[FeedSource] = []
    disabled: list[FeedSource] = []
    for position, raw in written.items():
        # Also of an entry that is wrong elsewhere, so that all its mistakes are said at once.
        headers = _headers(document, ("feeds", position, "headers"), _texts(raw.get("headers")))
        entry = entries.get(position)
        if entry is not None:
            (enabled if entry.enabled else disabled).append(_source(document, position, entry, *headers))
        if environ is not None and (entry is None or entry.enabled):
            _report_unset(document, position, headers[1], raw, environ)
    return enabled, disabled


def _entries(document: Document) -> dict[int, FeedEntry]:
    """The feeds that are well formed, the defaults filled in, by their positions."""
    value = document.value
    if value is None:
        if not document.problems:
            document.report((), "is empty; begin with 'feeds:' and a list of feeds")
        return {}
    defaults = _part(value, "defaults", dict)
    try:
        FeedsFile.model_validate(value)
    except ValidationError as error:
        document.problems.extend(problems_of(error, FeedsFile, document.place))
        wrong = {details["loc"][1] for details in error.errors() if len(details["loc"]) > 1}
        defaults = {key: given for key, given in defaults.items() if key not in wrong}
    found = {}
    for position, entry in enumerate(_part(value, "feeds", list)):
        if isinstance(entry, dict):
            try:
                found[position] = FeedEntry.model_validate(defaults | entry)
            except ValidationError:
                continue  # reported above, with its place
    return found


def _part(value: Any, key: str, kind: type) -> Any:
    part = value.get(key) if isinstance(value, dict) else None
    return part if isinstance(part, kind) else kind()


def _texts(value: Any) -> dict[str, str]:
    """What is text in a mapping; nothing of what is none."""
    return {key: of for key, of in value.items() if isinstance(of, str)} if isinstance(value, dict) else {}


def _report_doubles(document: Document, written: Mapping[int, Mapping[str, Any]]) -> None:
    ids: dict[str, int] = {}
    addresses: dict[str, int] = {}
    for position, raw in written.items():
        keys = _texts(raw)
        first = ids.setdefault(keys["id"].casefold(), position) if "id" in keys else position
        if first != position:
            where = document.place(("feeds", first, "id")).line
            document.report(("feeds", position, "id"), f"the id '{keys['id']}' is taken by the feed in line {where}")
        try:
            first = addresses.setdefault(normalized_url(keys["url"]), position) if "url" in keys else position
        except ValueError:
            continue  # it is no address, which was reported
        if first != position:
            where, name = document.place(("feeds", first, "url")).line, written[first].get("id")
            document.report(("feeds", position, "url"), f"feed '{name}' in line {where} has this address already")


def normalized_url(url: str) -> str:
    """What makes two addresses one: case of scheme and host, default port, last slash and fragment do not count."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    port = "" if parts.port in (None, {"http": 80, "https": 443}.get(scheme)) else f":{parts.port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{scheme}://{parts.hostname}{port}{parts.path.rstrip('/')}{query}"


def _source(
    document: Document, position: int, entry: FeedEntry, headers: dict[str, str], headers_env: dict[str, str]
) -> FeedSource:
    path: Keys = ("feeds", position)
    return FeedSource(
        id=entry.id,
        url=entry.url,
        name=entry.name,
        every=entry.every,
        content=Content(
            language=_language(document, path, entry.language),
            section=entry.section,
            tags=entry.tags,
            full_text=entry.full_text,
            include=entry.include,
            exclude=entry.exclude,
            timezone=entry.timezone,
            identity=entry.identity,
        ),
        headers=headers,
        headers_env=headers_env,
        auth_env=(entry.auth.username_env, entry.auth.password_env) if entry.auth else None,
        order=position,
    )


def _headers(document: Document, path: Keys, headers: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Literal headers, and those whose value an environment variable holds."""
    literal: dict[str, str] = {}
    named: dict[str, str] = {}
    for name, value in headers.items():
        reference = _REFERENCE.fullmatch(value.strip())
        if _HEADER_NAME.fullmatch(name) is None:
            document.report((*path, name), f"'{name}' can't be a header's name", of_key=True)
        elif name.lower() in _OWN_HEADERS:
            document.report((*path, name), f"Newsbeam sets the header '{name}' itself; remove it", of_key=True)
        elif reference is not None:
            named[name] = reference[1]
        elif "${" in value or _SECRET_NAME.search(name) or _SECRET_VALUE.match(value):
            variable = re.sub(r"\W+", "_", name).upper()
            document.report(
                (*path, name),
                f"the header '{name}' looks like a secret; put its whole value into an environment variable"
                f" and write '${{{variable}}}' here",
            )
        elif not value.isprintable():
            document.report((*path, name), f"the header '{name}' holds a line break or control character")
        else:
            literal[name] = value
    return literal, named


def _language(document: Document, path: Keys, code: str | None) -> str | None:
    """The code; one that is no language's is a problem, with the one that was meant."""
    if code is None or code.partition("-")[0].lower() in languages() or _is_language(code):
        return code
    where = (*path, "language") if (*path, "language") in document.values else ("defaults", "language")
    document.report(where, f"'{code}' is no language's code; write one like de, en or pt-BR")
    return code


def _is_language(code: str) -> bool:
    from babel import Locale  # it reads a large table, for rare languages only

    return code.partition("-")[0].lower() in Locale("en").languages


def _report_unset(
    document: Document,
    position: int,
    headers_env: Mapping[str, str],
    raw: Mapping[str, Any],
    environ: Mapping[str, str],
) -> None:
    path: Keys = ("feeds", position)
    wanted: dict[Keys, str] = {(*path, "headers", name): held for name, held in headers_env.items()}
    auth = _texts(raw.get("auth"))
    wanted |= {(*path, "auth", name): auth[name] for name in Auth.model_fields if name in auth}
    for where, variable in wanted.items():
        if _VARIABLE.fullmatch(variable) and not environ.get(variable):
            feed = f"feed '{raw['id']}'" if isinstance(raw.get("id"), str) else "this feed"
            document.report(where, f"the environment variable {variable} is not set; {feed} needs it")
