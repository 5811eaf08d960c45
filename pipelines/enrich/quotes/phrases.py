"""Reads noun phrases: whom a phrase names, as the subject of a verb beside it.

A name behind a preposition, in a genitive or within another's description is not the subject: `a spokesman for Putin`,
`Merkels Sprecher`, `der Chef der Bank`. Where the subject is somebody without a name, that is the answer; no name
further away takes its place.
"""

from typing import NamedTuple

from pipelines.enrich.quotes.lexicon import Word
from pipelines.enrich.quotes.tokens import Kind, Sentence, Token

FARTHEST = 14
"""How many tokens a noun phrase and its appositions may have."""

SKIPPED = Word.ADVERB | Word.AUXILIARY | Word.PARTICIPLE
BREAKS = Word.SAYS | Word.CONJUNCTION | Word.RELATIVE
CALLED = Word.ROLE | Word.TITLE


class Subject(NamedTuple):
    """Who speaks: the token that says so, and a name unless it is a pronoun or somebody without a name.

    `first` and `last` are the tokens of the phrase, end exclusive.
    """

    token: Token
    name: str | None
    first: int
    last: int

    @property
    def pronoun(self) -> bool:
        """Whether this is `he` or `she`."""
        return self.token.kind is Kind.WORD and self.name is None and self.token.may(Word.HE | Word.SHE)


def subject_after(text: str, tokens: Sentence, start: int, end: int, v2: bool) -> Subject | None:
    """The first noun phrase from `start` on that no preposition governs; None before the next comma."""
    index = start
    while index < end:
        token = tokens[index]
        if token.kind is Kind.NAME:
            return _head(text, tokens, index, end, v2)
        if token.kind is not Kind.WORD:
            return None
        if token.may(Word.HE | Word.SHE) and not token.may(Word.TITLE):
            return Subject(token, None, index, index + 1)
        if token.may(Word.DETERMINER) and index + 1 < end and _when(tokens[index + 1]):
            index += 2
        elif token.may(Word.PREPOSITION) and not (token.may(Word.TITLE) and token.capital):
            index = _behind_object(tokens, index + 1, end, v2)
        elif _passable(token, v2 and index == start):
            index += 1
        elif token.may(Word.SAYS | Word.RELATIVE) and not token.may(Word.DETERMINER):
            return None
        else:
            return _head(text, tokens, index, end, v2)
    return None


def _passable(token: Token, first: bool) -> bool:
    if token.may(SKIPPED) and not token.may(Word.DETERMINER | Word.ROLE | Word.INSTITUTION):
        return True
    return first and token.may(Word.CONJUNCTION | Word.SUBORDINATOR)


def _when(token: Token) -> bool:
    """`este lunes`."""
    return token.kind is Kind.WORD and token.may(Word.ADVERB) and not token.may(CALLED | Word.INSTITUTION)


def _behind_object(tokens: Sentence, index: int, end: int, v2: bool) -> int:
    """Past the noun phrase that a preposition governs; a person right behind `am Montag` is not in it."""
    while (
        index < end
        and tokens[index].kind is Kind.WORD
        and (tokens[index].may(Word.DETERMINER) or (v2 and not tokens[index].capital and not tokens[index].may(BREAKS)))
    ):
        index += 1
    if index >= end or tokens[index].kind not in (Kind.WORD, Kind.NAME):
        return index
    head = tokens[index]
    index += 1
    if head.kind is Kind.NAME and not _genitive(tokens, index - 1):
        return index
    if not head.may(Word.ADVERB):
        while index < end and (
            tokens[index].kind is Kind.NAME
            or (
                tokens[index].kind is Kind.WORD
                and tokens[index].capital
                and not tokens[index].may(BREAKS | Word.DETERMINER)
            )
        ):
            named = tokens[index].kind is Kind.NAME
            if tokens[index].person and not tokens[index - 1].may(CALLED):
                break
            index += 1
            if named:
                break
    return index


def _head(text: str, tokens: Sentence, start: int, end: int, v2: bool) -> Subject:
    """What the noun phrase that starts here names."""
    index = start
    noun: Token | None = None
    named: Token | None = None
    end = min(end, start + FARTHEST)
    while index < end:
        token = tokens[index]
        if token.kind is Kind.NAME:
            if _genitive(tokens, index):
                noun = None
            elif token.person:
                return _person(tokens, start, index)
            elif named is None:
                named = token
                noun = None if noun is not None and _apposed(noun, token) else noun
        elif token.kind is not Kind.WORD or _breaks(token, noun or named, index > start):
            break
        elif not token.may(Word.DETERMINER) and (token.capital or not v2) and token.low != "'s":
            if named is not None and not (v2 or token.may(CALLED | Word.INSTITUTION)):
                break
            noun, named = token, None
        index += 1
    return _unnamed(text, tokens, start, index, end, noun, named)


def _apposed(noun: Token, name: Token) -> bool:
    """`el semanario The Economist`, `die Agentur KCNA`; not `der Sprecher KCNA`."""
    return name.entity is not None and name.entity.kind == "organization" and not noun.may(Word.ROLE)


def _breaks(token: Token, head: Token | None, within: bool) -> bool:
    if token.may(Word.DETERMINER):
        return head is not None
    if token.may(CALLED | Word.INSTITUTION):
        return False
    return within and token.may(BREAKS | Word.PREPOSITION | SKIPPED | Word.SUBORDINATOR)


def _person(tokens: Sentence, start: int, index: int) -> Subject:
    token = tokens[index]
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    if after is not None and after.may(Word.CONJUNCTION) and index + 2 < len(tokens) and tokens[index + 2].person:
        return Subject(token, None, start, index + 1)._replace(token=token._replace(bits=0))
    return Subject(token, token.entity.name if token.entity else None, start, index + 1)


def _unnamed(
    text: str, tokens: Sentence, start: int, index: int, end: int, noun: Token | None, named: Token | None
) -> Subject:
    """Without a person in the phrase: one in apposition, else the organization, office or country."""
    if named is not None and noun is None and named.entity is not None:
        return Subject(named, named.entity.name, start, index)
    if noun is None:
        return Subject(tokens[start]._replace(bits=0), None, start, index)
    person = _apposition(tokens, index, end)
    if person is not None:
        return person._replace(first=start)
    short = None if noun.may(Word.ROLE) else _in_brackets(tokens, index, end)
    if short is not None and short.entity is not None:
        return Subject(short, short.entity.name, start, index)
    if noun.may(Word.INSTITUTION):
        first = next(token for token in tokens[start:index] if not token.may(Word.DETERMINER))
        return Subject(first, " ".join(text[first.start : noun.end].split()), start, index)
    return Subject(noun._replace(bits=noun.bits & Word.ROLE), None, start, index)


def _apposition(tokens: Sentence, index: int, end: int) -> Subject | None:
    """`der Sprecher des Ministeriums, Jeon Ha-Gyu,` and `le ministre de l'Intérieur Gérald Darmanin`."""
    limit = min(len(tokens), end, index + FARTHEST)
    for position in range(index, limit):
        token = tokens[position]
        if token.person and not _genitive(tokens, position):
            before = tokens[position - 1]
            if before.may(Word.PREPOSITION | Word.DETERMINER | CALLED) and position - 1 >= index:
                behind_comma = any(mark.low == "," for mark in tokens[index:position])
                if not (before.may(CALLED) and behind_comma):
                    return None
            return _person(tokens, index, position) if _closed(tokens, position + 1) else None
        if token.may(Word.SAYS | Word.RELATIVE) and not token.may(Word.DETERMINER | Word.ROLE):
            return None
        if token.kind not in (Kind.WORD, Kind.NAME) and token.low not in (",", "(", ")"):
            return None
        if token.low == "," and not _leads_to_person(tokens, position + 1, limit):
            return None
    return None


def _leads_to_person(tokens: Sentence, index: int, limit: int) -> bool:
    while index < limit and tokens[index].may(CALLED | Word.DETERMINER):
        index += 1
    return index < limit and tokens[index].person


def _closed(tokens: Sentence, index: int) -> bool:
    """Whether a name in apposition ends here, rather than being the subject of a clause of its own."""
    if index >= len(tokens):
        return True
    token = tokens[index]
    return token.kind in (Kind.STOP, Kind.PUNCTUATION, Kind.QUOTE) or token.may(
        Word.PREPOSITION | Word.CONJUNCTION | Word.ADVERB | Word.SAYS
    )


def _in_brackets(tokens: Sentence, index: int, end: int) -> Token | None:
    limit = min(end, index + 8)
    for position in range(index, limit - 1):
        if tokens[position].low == "(":
            inner = tokens[position + 1]
            return inner if inner.kind is Kind.NAME and not inner.person else None
        if tokens[position].kind not in (Kind.WORD, Kind.NAME):
            return None
    return None


def _genitive(tokens: Sentence, index: int) -> bool:
    """`Putins Sprecher`, `Putin's spokesman`, with a noun behind."""
    if index + 1 >= len(tokens):
        return False
    after = tokens[index + 1]
    if after.low == "'s" or after.low == "’s":
        return True
    name = tokens[index]
    if name.entity is None or after.kind is not Kind.WORD or not after.capital:
        return False
    return name.low.endswith("s") and not name.entity.name.lower().endswith("s")
