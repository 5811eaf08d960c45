"""Reads lists of synonyms, in the format of Solr that Elasticsearch takes too, and lays a user's over ours."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from models.synonyms import SynonymRule, Synonyms
from pipelines.languages import languages

MOST_RULES = 10_000
"""So many rules a set of Elasticsearch holds at most."""

_LONGEST_TERM = 120
_WORDLIKE = re.compile(r"\w")


def with_synonyms() -> tuple[str, ...]:
    """The languages that may have synonyms: those with an index of their own, and spaces between their words."""
    return tuple(code for code, language in languages().items() if language.indexed and not language.cjk)


@cache
def packaged_synonyms() -> Synonyms:
    """The lists that come with Newsbeam."""
    folder = files("config") / "synonyms"
    texts = {code: folder / f"{code}.txt" for code in with_synonyms()}
    return {
        code: tuple(rule for _, rule, _ in read_rules(file.read_text(encoding="utf-8")) if rule)
        for code, file in texts.items()
        if file.is_file()
    }


def read_rules(text: str) -> Iterator[tuple[int, SynonymRule | None, str]]:
    """Each line that is neither empty nor a comment: its number, and its rule or what is wrong with it."""
    for number, line in enumerate(text.splitlines(), 1):
        written = line.partition("#")[0].strip()
        if not written:
            continue
        sides = [tuple(term.strip() for term in side.split(",")) for side in written.split("=>")]
        if problem := _problem(sides):
            yield number, None, problem
        else:
            yield number, SynonymRule(terms=sides[0], found=sides[-1]), ""


def merged_synonyms(own: Synonyms) -> Synonyms:
    """Our rules and a user's; a rule of the user's replaces those of ours that share a term with it."""
    merged = dict(packaged_synonyms())
    for code, rules in own.items():
        taken = {term.casefold() for rule in rules for term in rule.terms}
        kept = (rule for rule in merged.get(code, ()) if taken.isdisjoint(map(str.casefold, rule.terms)))
        # One term alone stands for nothing but itself: it is there to take a rule of ours away.
        told = (rule for rule in rules if len(rule.terms) > 1 or rule.found != rule.terms)
        merged[code] = tuple(dict.fromkeys((*kept, *told)))
    return {code: rules for code, rules in merged.items() if rules}


def _problem(sides: Sequence[tuple[str, ...]]) -> str | None:
    if len(sides) > 2:
        return "has two arrows; write one line for each"
    for term in (term for side in sides for term in side):
        if not term:
            return "has a comma or an arrow with no word beside it; write EZB, Europäische Zentralbank"
        if not _WORDLIKE.search(term):
            return f"has {term!r}, in which there is no letter or digit; leave it out"
        if "\\" in term:
            return f"has a backslash in {term!r}, which escapes nothing here; leave it out"
        if len(term) > _LONGEST_TERM:
            return f"has a term of {len(term)} characters; at most {_LONGEST_TERM} are read"
    return None
