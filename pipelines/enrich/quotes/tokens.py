"""Turns paragraphs into sentences of tokens, in which a quote and a name are one token each."""

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from models.article import Entity
from pipelines.enrich.quotes.lexicon import Lexicon, Word
from pipelines.enrich.quotes.lexicon import lexicon as lexicon_of
from pipelines.enrich.quotes.marks import Span


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    NAME = "name"
    QUOTE = "quote"
    ADVERBIAL = "adverbial"
    STOP = "stop"
    PUNCTUATION = "punctuation"


class Token(NamedTuple):
    """A word, a mark, a name or a quote; code points, end exclusive.

    `low` is the word in lower case, `bits` what the word may be, `capital` whether it is written with a capital letter;
    `entity` belongs to a name, `quote` is the number of a quoted span.
    """

    kind: Kind
    start: int
    end: int
    low: str
    bits: int = 0
    capital: bool = False
    entity: Entity | None = None
    quote: int = -1

    def may(self, word: int) -> bool:
        """Whether this may be any of these."""
        return bool(self.bits & word)

    @property
    def person(self) -> bool:
        """Whether this is the name of a person."""
        return self.entity is not None and self.entity.kind == "person"


Sentence = list[Token]


class Name(NamedTuple):
    """Where an entity is named."""

    start: int
    end: int
    entity: Entity


_WORDS = re.compile(r"['’]s\b|\w+|[^\w\s]")
_DROPPED = frozenset("'’-‑")
_STOPS = frozenset(".!?…")
_DASHES = frozenset("–—―-")
_LONG = 50
"""Characters; words from here on are rare and not remembered, since one may be as long as a text."""

_RANK = {"person": 0, "organization": 1, "place": 2, "misc": 3}


def names(text: str, entities: Sequence[Entity]) -> list[Name]:
    """Every mention in order; of several that overlap the one that starts first, the longest, a person's before all.

    A person whose mention begins with a small letter is a description, not a name.
    """
    every = [
        Name(mention.start, mention.end, entity)
        for entity in entities
        for mention in entity.mentions
        if entity.kind != "person" or not text[mention.start : mention.start + 1].islower()
    ]
    every.sort(key=lambda name: (name.start, -name.end, _RANK[name.entity.kind]))
    kept: list[Name] = []
    for name in every:
        if name.start < name.end and (not kept or name.start >= kept[-1].end):
            kept.append(name)
    return kept


def sentences(
    text: str, start: int, end: int, names: Sequence[Name], quotes: Sequence[tuple[int, Span]], lexicon: Lexicon
) -> list[Sentence]:
    """The sentences of a paragraph; `names` and `quotes` are those that begin within it, in order."""
    return list(_split(text, list(_tokens(text, start, end, names, quotes, lexicon)), lexicon))


def _tokens(
    text: str, start: int, end: int, names: Sequence[Name], quotes: Sequence[tuple[int, Span]], lexicon: Lexicon
) -> Iterator[Token]:
    parts = [Token(Kind.QUOTE, span.outer_start, span.outer_end, '"', quote=number) for number, span in quotes]
    parts += [
        Token(Kind.NAME, name.start, name.end, text[name.start : name.end].lower(), capital=True, entity=name.entity)
        for name in _outside(names, quotes, end)
    ]
    parts.sort(key=attrgetter("start"))
    done = start
    for part in parts:
        yield from _words(text, done, part.start, lexicon)
        yield part
        done = part.end
    yield from _words(text, done, end, lexicon)


def _outside(names: Sequence[Name], quotes: Sequence[tuple[int, Span]], end: int) -> Iterator[Name]:
    """The names that neither lie in a quote nor reach into one."""
    following = 0
    for name in names:
        while following < len(quotes) and quotes[following][1].outer_end <= name.start:
            following += 1
        border = quotes[following][1].outer_start if following < len(quotes) else end
        if name.end <= border:
            yield name


def _words(text: str, start: int, end: int, lexicon: Lexicon) -> Iterator[Token]:
    found = [
        match for match in _WORDS.finditer(text, start, end) if match.group() not in _DROPPED or _free(text, match)
    ]
    skip = 0
    for index, match in enumerate(found):
        if index < skip:
            continue
        written = match.group()
        kind, low, bits, capital, announces = (_known if len(written) < _LONG else _meaning)(written, lexicon.language)
        length = _adverbial(found, index, lexicon.adverbials[low]) if announces else 0
        if length:
            skip = index + length
            yield Token(Kind.ADVERBIAL, match.start(), found[skip - 1].end(), low)
        else:
            yield Token(kind, match.start(), match.end(), low, bits, capital)


class _Meaning(NamedTuple):
    """What a token is by itself; `announces` says that words which announce a speaker may begin with it."""

    kind: Kind
    low: str
    bits: int = 0
    capital: bool = False
    announces: bool = False


def _meaning(written: str, language: str) -> _Meaning:
    low, first = written.lower(), written[0]
    if not (first.isalnum() or first == "_" or len(written) > 1):
        return _Meaning(Kind.STOP if low in _STOPS else Kind.PUNCTUATION, "–" if low in _DASHES else low)
    known = lexicon_of(language)
    assert known is not None, language  # without one no text is cut into tokens
    return _Meaning(Kind.WORD, low, known.bits(low), first.isupper(), low in known.adverbials)


_known = lru_cache(maxsize=50_000)(_meaning)


def _free(text: str, match: re.Match[str]) -> bool:
    """A hyphen between blanks is a dash."""
    return match.group() == "-" and text[match.start() - 1].isspace() and text[match.end() : match.end() + 1].isspace()


def _adverbial(found: Sequence[re.Match[str]], index: int, phrases: Sequence[tuple[str, ...]]) -> int:
    """How many words the phrase has that begins here and announces a speaker; 0 for none."""
    for rest in phrases:
        if tuple(match.group().lower() for match in found[index + 1 : index + 1 + len(rest)]) == rest:
            return 1 + len(rest)
    return 0


def _split(text: str, tokens: list[Token], lexicon: Lexicon) -> Iterator[Sentence]:
    sentence: Sentence = []
    for index, token in enumerate(tokens):
        if token.kind is Kind.STOP:
            following = tokens[index + 1] if index + 1 < len(tokens) else None
            if not _ends(text, token, sentence, following, lexicon):
                continue
        sentence.append(token)
        if token.kind is Kind.STOP or (token.kind is Kind.QUOTE and _ended(text, tokens, index, lexicon)):
            yield _particles(sentence, lexicon)
            sentence = []
    if sentence:
        yield _particles(sentence, lexicon)


def _ends(text: str, stop: Token, sentence: Sentence, following: Token | None, lexicon: Lexicon) -> bool:
    if following is None or following.kind is Kind.QUOTE:
        return True
    if stop.low != "." or following.kind is Kind.STOP:
        return following.kind is not Kind.STOP and text[stop.end : stop.end + 1].isspace()
    if _unspaced_end(stop, sentence, following):
        return True
    if not text[stop.end : stop.end + 1].isspace() or (
        following.kind is Kind.WORD and following.low[0].islower() and not following.capital
    ):
        return following.kind is Kind.PUNCTUATION and following.low in ")]"
    last = sentence[-1] if sentence else None
    if last is None or last.end != stop.start or last.kind is not Kind.WORD:
        return True
    if last.low.isdigit():
        return not lexicon.verb_second
    return not (len(last.low) == 1 or last.low in lexicon.abbreviations)


def _unspaced_end(stop: Token, sentence: Sentence, following: Token) -> bool:
    """`the vote.Mr Smith`: the blank is lost."""
    if following.start != stop.end or not following.capital or not sentence:
        return False
    last = sentence[-1]
    return last.kind is Kind.WORD and last.end == stop.start and len(last.low) > 2 and not last.capital


def _ended(text: str, tokens: list[Token], index: int, lexicon: Lexicon) -> bool:
    """Whether a sentence ends with this quote: its words end one, and what follows does not say who spoke."""
    quote = tokens[index]
    words = text[quote.start : quote.end].rstrip("\"”“»«’‘„'› \u00a0\u202f\u2009")
    if not words or words[-1] not in _STOPS or index + 1 == len(tokens):
        return False
    following = tokens[index + 1]
    if following.kind in (Kind.STOP, Kind.PUNCTUATION):
        return following.kind is Kind.PUNCTUATION and following.low not in ",;:–)]("
    if not following.capital:
        return following.kind is Kind.QUOTE
    if words[-1] == "." or index + 2 >= len(tokens) or lexicon.verb_second:
        return True
    return not tokens[index + 2].may(Word.SAYS)


def _particles(sentence: Sentence, lexicon: Lexicon) -> Sentence:
    """Verbs that speak only with a particle lose their meaning where it is missing."""
    if not lexicon.separable:
        return sentence
    for index, token in enumerate(sentence):
        particles = lexicon.separable.get(token.low) if token.kind is Kind.WORD else None
        if particles and not any(later.low in particles for later in sentence[index + 1 : index + 30]):
            sentence[index] = token._replace(bits=token.bits & ~(Word.SAYS | Word.WEAK))
    return sentence
