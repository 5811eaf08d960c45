"""A language as sources write it, as a BCP 47 tag."""

import re
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global

from pipelines.languages import UNDETERMINED, languages

_TAG = re.compile(
    r"(?P<primary>[a-z]{2,3})(?:[-_](?P<script>[a-z]{4}))?(?:[-_](?P<region>[a-z]{2}|\d{3}))?(?![a-z0-9])"
)


@lru_cache(maxsize=1024)
def language_tag(written: str | None) -> str:
    """`de`, `de_DE.UTF-8`, `ger`, `German` and `Deutsch` as BCP 47 (RFC 5646, section 2.1.1); `und` for what is none.

    Language, script and region are kept, anything after them is not.
    """
    text = (written or "").strip().casefold()
    if not text or len(text) > 60:
        return UNDETERMINED
    named = _by_name().get(text)
    if named is not None:
        return named
    found = _TAG.match(text)
    if found is None:
        return UNDETERMINED
    primary = str(get_global("language_aliases").get(found["primary"], found["primary"])).partition("_")[0]
    if primary not in _codes():
        return UNDETERMINED
    script, region = (found["script"] or "").title(), (found["region"] or "").upper()
    return "-".join(part for part in (primary, script, region) if part)


@cache
def _codes() -> frozenset[str]:
    return frozenset(Locale("en").languages) - {"und", "mul", "zxx", "root"}


@cache
def _by_name() -> dict[str, str]:
    """Names of languages in English, and of those that Newsbeam knows in themselves."""
    names = {name.casefold(): code.replace("_", "-") for code, name in Locale("en").languages.items()}
    for code in languages():
        if code != UNDETERMINED:
            own = Locale.parse(code).languages.get(code, "")
            names[own.casefold()] = code
    return {name: code for name, code in names.items() if code.partition("-")[0] in _codes() and len(name) > 3}
