"""Cuts recognized spans down to the name itself, with exact offsets.

1. Marks, quotation marks, articles and possessives at the ends are no part of a name; nor is a final point, save that
   of an abbreviation (`U.S.`).
2. Of a person, titles and roles before the name go (`US-Präsident`, `Prime Minister`, `Secretary of State`, with a
   country's adjective before them), words that are written small (`affaire Benalla`), and what stands behind the name
   (`Jr.`, `MdB`). A compound is a title if its last part is one.
3. A person's span of nothing but titles is a title: it names nobody, unless somebody of that name is known (`Major`).
4. A person's span whose last word is an institution (`US-Außenministerium`) is an organization.
5. Of an organization, a word that says of which kind it is goes (`Nachrichtenagentur Reuters`).
6. No names are: an organization of nothing but generic words (`Regierung`, `the police`), a span without letters, one
   of more than MOST_CHARACTERS, and a person or other thing that is written small.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from models.article import EntityKind
from pipelines.enrich.base import Span
from pipelines.enrich.entities.lexicon import Words, endings, peoples, words
from pipelines.names import name_words

MOST_CHARACTERS = 120
"""A longer span is a slip of the tagger."""

_TOKEN = re.compile(r"\S+")
_APOSTROPHES = ("'", "’", "‘", "ʼ")
_POSSESSIVES = tuple(f"{mark}{letter}" for mark in _APOSTROPHES for letter in "sS")
_ABBREVIATION = re.compile(r"(?:\w\.)+\w$|^\w$")
_SPACE = re.compile(r"\s+")
_LONGEST_TITLE = 24
_WORDS_MISSED = 2
_NEXT_WORD = re.compile(r" (\w+(?:-\w+)*)")
_LAST_WORD = re.compile(r"(\w+) $")
_JOINT = re.compile("[-–/]")


class Name(NamedTuple):
    """A name in the text from `start` to `end`, as `surface` with single blanks.

    `words` are what is compared; `titled` is the surface with its title; `is_title` says that it may be nothing else;
    `in_genitive` that an article before it says so.
    """

    start: int
    end: int
    kind: EntityKind
    surface: str
    words: tuple[str, ...]
    titled: str = ""
    is_title: bool = False
    in_genitive: bool = False


class _Token(NamedTuple):
    start: int
    end: int
    word: str


def clean(text: str, span: Span, language: str) -> Name | None:
    """The name in a span; None where there is none."""
    if not 0 <= span.start < span.end <= len(text) or span.end - span.start > MOST_CHARACTERS:
        return None
    found = _clean(text[span.start : span.end], span.kind, language)
    if found is None:
        return None
    start, end, kind, *_ = found
    return Name(span.start + start, span.start + end, kind, found.surface, found.words, found.titled, found.is_title)


def in_context(text: str, name: Name, language: str) -> Name:
    """The name, knowing the title or the genitive's article that stands before its span: `Papst [Franziskus]`."""
    before = text[max(name.start - _LONGEST_TITLE, 0) : name.start]
    if not before.endswith(" ") or not (last := _LAST_WORD.search(before)):
        return name
    if name.kind != "person":
        return name._replace(in_genitive=True) if last[1].casefold() in endings(language).genitive_article else name
    if len(name.words) == 1 and not name.titled and is_title(last[1].casefold(), words(language)):
        return name._replace(titled=f"{last[1]} {name.surface}")
    return name


def whole_name(text: str, span: Span, language: str) -> Span:
    """The span up to a person's family name, where it ends in the middle of one: `[Alexander Van] der Bellen`."""
    particles = words(language).particle
    last = text[span.start : span.end].rpartition(" ")[2].casefold()
    if span.kind != "person" or len(last) < 2 or last not in particles:
        return span
    end = span.end
    while (found := _NEXT_WORD.match(text, end)) and found.end() - span.start <= MOST_CHARACTERS:
        end = found.end()
        if found[1].casefold() not in particles:
            return Span(span.start, end, span.kind) if found[1][0].isupper() else span
    return span


def with_rest(text: str, name: Name, known: Callable[[tuple[str, ...]], bool]) -> Name:
    """The name and the one or two words behind it that a known one has too: `[Kim Jong] Un`."""
    whole, end = name, name.end
    for _ in range(_WORDS_MISSED):
        if not (found := _NEXT_WORD.match(text, end)) or not found[1][0].isupper():
            break
        end = found.end()
        surface = _SPACE.sub(" ", text[name.start : end])
        if known(compared := name_words(surface)):
            titled = name.titled and name.titled + surface.removeprefix(name.surface)
            whole = name._replace(end=end, surface=surface, words=compared, titled=titled, is_title=False)
    return whole


@lru_cache(maxsize=1 << 14)
def _clean(text: str, kind: EntityKind, language: str) -> Name | None:
    listed = words(language)
    tokens = _tokens(text, listed)
    if not tokens:
        return None
    if kind == "person" and tokens[-1].word.endswith(listed.institution):
        kind = "organization"
    if kind == "person":
        return _person(text, tokens, language)
    if kind == "organization" and _is_generic(text, tokens, listed):
        return None
    if kind == "organization" and listed.kind_of:
        tokens = _without_kind(text, tokens, listed)
    found = _name(text, tokens, kind)
    return None if found and kind == "misc" and found.surface.islower() else found


def _without_kind(text: str, tokens: list[_Token], listed: Words) -> list[_Token]:
    """`Nachrichtenagentur Reuters`, `US -Online -Publikation Axios`."""
    for position, token in enumerate(tokens[:-1]):
        if position and not token.word.startswith("-"):
            break
        if token.word.endswith(listed.kind_of) and text[tokens[position + 1].start].isupper():
            return tokens[position + 1 :]
    return tokens


def _is_generic(text: str, tokens: list[_Token], listed: Words) -> bool:
    """Rule 6; so is a role that is written small (`ministre de l'Intérieur`)."""
    if text[tokens[0].start].islower() and is_title(tokens[0].word, listed):
        return True
    return all(token.word in listed.generic or token.word in listed.article for token in tokens)


def _person(text: str, tokens: list[_Token], language: str) -> Name | None:
    listed = words(language)
    named = tokens[_titles(tokens, language) :]
    while len(named) > 1 and text[named[0].start].islower() and named[0].word not in listed.particle:
        named = named[1:]
    while len(named) > 1 and named[-1].word.strip(".,").replace(".", "") in listed.after:
        named = named[:-1]
    found = _name(text, named or tokens, "person")
    if found is None or found.surface.islower():
        return None
    if not named:
        return found._replace(is_title=True)
    if len(named) == len(tokens):
        return found
    return found._replace(titled=_SPACE.sub(" ", text[tokens[0].start : named[-1].end]))


def _titles(tokens: list[_Token], language: str) -> int:
    """How many tokens at the beginning are a title."""
    listed, countries = words(language), peoples(language)
    found = 0
    for position, token in enumerate(tokens):
        if is_title(token.word, listed) or (found and token.word in listed.within):
            found = position + 1
        elif not (token.word in countries or (found and token.word in listed.joining)):
            break
    return found


def is_title(word: str, listed: Words) -> bool:
    """Whether a word in small letters is a title or role, or a compound that ends with one."""
    plain = word.rstrip(".")
    if plain in listed.title or (listed.ending and plain.endswith(listed.ending)):
        return True
    return len(parts := _JOINT.split(plain)) > 1 and parts[-1] in listed.title


def _name(text: str, tokens: list[_Token], kind: EntityKind) -> Name | None:
    start, end = tokens[0].start, tokens[-1].end
    surface = _SPACE.sub(" ", text[start:end])
    compared = name_words(surface)
    if not any(map(str.isalpha, surface)) or not compared or (len(surface) < 2 and surface.isascii()):
        return None
    return Name(start, end, kind, surface, compared)


def _tokens(text: str, listed: Words) -> list[_Token]:
    """The words of a span, without what rule 1 takes off."""
    start, end = _trimmed(text, 0, len(text))
    if end - start > 3 and text[end - 2 : end] in _POSSESSIVES:
        end -= 2
    start = _behind_elision(text, start, end, listed)
    tokens = [
        _Token(found.start(), found.end(), found.group().casefold()) for found in _TOKEN.finditer(text, start, end)
    ]
    while len(tokens) > 1 and _is_article(text, tokens[0], listed):
        del tokens[0]
    if tokens:
        start, _ = _trimmed(text, tokens[0].start, tokens[0].end)
        tokens[0] = _Token(start, tokens[0].end, text[start : tokens[0].end].casefold())
    return tokens


def _is_article(text: str, token: _Token, listed: Words) -> bool:
    """`La` of `La Paz` may be a part of the name; `la` before it is none."""
    return token.word in listed.article and (token.word not in listed.particle or text[token.start].islower())


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        if text[end - 1] == "." and _ABBREVIATION.search(text[start : end - 1].rpartition(" ")[2]):
            break
        end -= 1
    return start, end


def _behind_elision(text: str, start: int, end: int, listed: Words) -> int:
    """`d'Emmanuel Macron`, but `D'Angelo`."""
    for letters in listed.elided:
        behind = start + len(letters)
        if text.startswith(letters, start) and text[behind : behind + 1] in _APOSTROPHES and behind + 1 < end:
            return behind + 1
    return start
