"""Says for one quote in its sentence who spoke it, and how firmly the sentence says so.

In this order: a verb of saying right behind the quote (`“…”, said X`, `“…,” X said`, `„…“, so X`); a verb of saying
before it (`X said: “…”`, `X, who called it “…”`); one further behind it in the same sentence; an adverbial anywhere in
the sentence (`according to X`, `X zufolge`); a colon right behind a name, or in a sentence with one person.
"""

from enum import IntEnum
from typing import NamedTuple

from pipelines.enrich.quotes.lexicon import Lexicon, Word
from pipelines.enrich.quotes.phrases import Subject, subject_after
from pipelines.enrich.quotes.subjects import first_subject, subject_before
from pipelines.enrich.quotes.tokens import Kind, Sentence, Token

NEAR = 10
"""A verb that is no verb of saying by itself counts up to this many tokens away."""


class Firmness(IntEnum):
    """How a sentence ties a quote to a speaker: not at all, within its syntax, or right beside it."""

    NONE = 0
    WITHIN = 1
    BESIDE = 2


class Attribution(NamedTuple):
    """Who a sentence says spoke a quote; no subject where it says only that somebody did."""

    firmness: Firmness
    subject: Subject | None = None


NOBODY = Attribution(Firmness.NONE)


def attribute(text: str, tokens: Sentence, quote: int, lexicon: Lexicon) -> Attribution:
    """Who spoke the quote that is this token of the sentence."""
    start = _previous(tokens, quote) + 1
    end = _next(tokens, quote)
    v2 = lexicon.verb_second
    for found in (
        _beside(text, tokens, quote, end, lexicon),
        _before(text, tokens, start, quote, lexicon),
        _behind(text, tokens, quote, end, v2),
        _adverbial(text, tokens, start, quote, end, lexicon),
        _view(text, tokens, start, quote, v2),
        _colon(text, tokens, start, quote, v2),
    ):
        if found.firmness:
            return found
    return NOBODY


def _previous(tokens: Sentence, quote: int) -> int:
    return next((at for at in range(quote - 1, -1, -1) if tokens[at].kind is Kind.QUOTE), -1)


def _next(tokens: Sentence, quote: int) -> int:
    return next((at for at in range(quote + 1, len(tokens)) if tokens[at].kind is Kind.QUOTE), len(tokens))


def _beside(text: str, tokens: Sentence, quote: int, end: int, lexicon: Lexicon) -> Attribution:
    """A clause right behind the quote that says who spoke."""
    v2 = lexicon.verb_second
    index = quote + 1
    while index < end and tokens[index].low in (",", "–", ".", "…"):
        index += 1
    written = text[max(tokens[quote].start, tokens[quote].end - 8) : tokens[quote].end]
    parted = index > quote + 1 or written.rstrip("\"”“»«’‘„'› \u00a0\u202f")[-1:] in tuple(",?!…-–—")
    if index >= end or not (parted or tokens[index].may(Word.SAYS | Word.AUXILIARY | Word.FOLLOWING)):
        return NOBODY
    if tokens[index].may(Word.FOLLOWING):
        subject = subject_after(text, tokens, index + 1, end, v2)
        told = subject is not None and not subject.pronoun and (subject.name or subject.token.kind is not Kind.NAME)
        return Attribution(Firmness.BESIDE, subject) if told and _so_ends(tokens, subject) else NOBODY
    before = tokens[quote - 1]
    whole = quote == 0 or before.may(Word.SAYS) or before.kind not in (Kind.WORD, Kind.NAME)
    firm = Firmness.BESIDE if whole else Firmness.WITHIN
    if tokens[index].kind is Kind.ADVERBIAL:
        return Attribution(firm, subject_after(text, tokens, index + 1, end, v2))
    limit = _clause_end(tokens, index, end)
    verb = _verb(tokens, index, limit)
    if verb is None:
        signed = _signed(tokens, quote, index)
        return signed if signed.firmness else _postposed(text, tokens, index, limit, v2)
    leads = all(tokens[at].may(Word.ADVERB | Word.AUXILIARY | Word.PARTICIPLE) for at in range(index, verb))
    leads = leads and not any(tokens[at].may(Word.HE | Word.SHE) for at in range(index, verb))
    if not leads:
        subject = subject_before(text, tokens, index, verb, v2)
        subject = subject or _aux_subject(text, tokens, index, verb, v2)
        if tokens[verb - 1].low == "," and (subject is None or not subject.name):
            subject = subject_after(text, tokens, verb + 1, end, v2) or subject
        if subject is not None or parted:
            return Attribution(firm, subject)
        return NOBODY
    if not parted and v2 and _closes_clause(tokens, verb):
        return NOBODY
    subject = subject_after(text, tokens, verb + 1, end, v2)
    if subject is None and lexicon.dropped:
        subject = Subject(tokens[verb]._replace(bits=Word.HE | Word.SHE), None, verb, verb + 1)
    return Attribution(firm, subject)


def _signed(tokens: Sentence, quote: int, index: int) -> Attribution:
    """`“…” – X`, with nothing behind it but a comma and what X is."""
    name = tokens[index]
    if tokens[index - 1].low != "–" or not name.person or name.entity is None:
        return NOBODY
    if quote > 0 or (index + 1 < len(tokens) and tokens[index + 1].kind is Kind.WORD):
        return NOBODY
    return Attribution(Firmness.BESIDE, Subject(name, name.entity.name, index, index + 1))


def _aux_subject(text: str, tokens: Sentence, index: int, verb: int, v2: bool) -> Subject | None:
    """`a t il ajouté`, `hatte Putin gesagt`."""
    if not tokens[index].may(Word.AUXILIARY):
        return None
    return subject_after(text, tokens, index + 1, verb, v2)


def _so_ends(tokens: Sentence, subject: Subject | None) -> bool:
    return subject is not None and not tokens[subject.first].may(Word.ADVERB | Word.SUBORDINATOR)


def _clause_end(tokens: Sentence, index: int, end: int) -> int:
    """To the end of the sentence, or to a semicolon; commas may part the subject from its verb."""
    return next((at for at in range(index, end) if tokens[at].kind is Kind.STOP or tokens[at].low in ";:"), end)


def _verb(tokens: Sentence, start: int, end: int, weak: bool = True) -> int | None:
    """The first verb of saying that is not in the passive."""
    for index in range(start, end):
        if (
            tokens[index].may(Word.SAYS)
            and _active(tokens, start, index)
            and (weak or not tokens[index].may(Word.WEAK))
        ):
            return index
    return None


def _active(tokens: Sentence, start: int, index: int) -> bool:
    token = tokens[index]
    if token.kind is not Kind.WORD or token.may(Word.ADVERB | Word.PREPOSITION):
        return False
    before = tokens[index - 1] if index > start else None
    if before is None:
        return not token.may(Word.PARTICIPLE) or not token.may(Word.AUXILIARY)
    if before.kind is Kind.WORD and before.may(Word.DETERMINER) and not before.may(Word.HE | Word.SHE | Word.ADVERB):
        return False
    if token.low.endswith("ing"):
        return True
    at = index - 1
    while at > start and tokens[at].may(Word.ADVERB) and not tokens[at].may(Word.PASSIVE):
        at -= 1
    return not tokens[at].may(Word.PASSIVE) or (at > start and tokens[at - 1].may(Word.REFLEXIVE))


def _closes_clause(tokens: Sentence, verb: int) -> bool:
    after = tokens[verb + 1] if verb + 1 < len(tokens) else None
    return after is None or after.kind in (Kind.STOP, Kind.PUNCTUATION) or after.may(Word.AUXILIARY | Word.PASSIVE)


def _before(text: str, tokens: Sentence, start: int, quote: int, lexicon: Lexicon) -> Attribution:
    """The last verb of saying before the quote."""
    v2 = lexicon.verb_second
    last = tokens[quote - 1] if quote > start else None
    if last is None:
        return NOBODY
    near = last.low in ":," or last.may(Word.SAYS | Word.REPORTING | Word.ADVERB)
    for verb in range(quote - 1, start - 1, -1):
        token = tokens[verb]
        if not token.may(Word.SAYS) or not _active(tokens, start, verb):
            continue
        if token.may(Word.WEAK) and not ((near and quote - verb < NEAR) or last.low == ":"):
            continue
        subject = subject_before(text, tokens, start, verb, v2)
        if subject is None or (v2 and subject.name is None and not subject.pronoun):
            after = subject_after(text, tokens, verb + 1, quote, v2)
            inverted = v2 or verb == start or tokens[verb - 1].kind is Kind.PUNCTUATION
            if after is not None and inverted and (subject is None or after.name is not None or after.pronoun):
                subject = after
        firm = Firmness.BESIDE if last.low in ":," or verb == quote - 1 else Firmness.WITHIN
        return Attribution(firm, subject)
    return NOBODY


def _behind(text: str, tokens: Sentence, quote: int, end: int, v2: bool) -> Attribution:
    """A verb of saying further behind: `als „…“ bezeichnet hatte`, `„…“ sei vorbei, sagte X`."""
    limit = _clause_end(tokens, quote + 1, end)
    verb = _verb(tokens, quote + 1, limit, weak=False)
    if verb is None and quote + 1 < limit and tokens[quote + 1].may(Word.SAYS):
        verb = quote + 1
    if verb is None:
        return NOBODY
    inverted = verb > quote + 1 and tokens[verb - 1].low == ","
    if inverted:
        return Attribution(Firmness.WITHIN, subject_after(text, tokens, verb + 1, end, v2))
    if v2 and _closes_clause(tokens, verb):
        start = _previous(tokens, quote) + 1
        return Attribution(Firmness.WITHIN, _of_final_verb(text, tokens, start, quote))
    subject = subject_before(text, tokens, quote + 1, verb, v2)
    return Attribution(Firmness.WITHIN, subject) if subject is not None and subject.name else NOBODY


def _of_final_verb(text: str, tokens: Sentence, start: int, quote: int) -> Subject | None:
    return subject_before(text, tokens, start, quote, True) or first_subject(text, tokens, start, quote, True)


def _adverbial(text: str, tokens: Sentence, start: int, quote: int, end: int, lexicon: Lexicon) -> Attribution:
    for index in (*range(quote - 1, start - 1, -1), *range(quote + 1, end)):
        if tokens[index].kind is Kind.ADVERBIAL:
            return Attribution(
                Firmness.WITHIN, subject_after(text, tokens, index + 1, _bound(index, quote, end), lexicon.verb_second)
            )
    return _postposed(text, tokens, start, quote, lexicon.verb_second)


def _view(text: str, tokens: Sentence, start: int, quote: int, v2: bool) -> Attribution:
    """`Pour X, « … »`."""
    if start == 0 and quote > 1 and tokens[0].may(Word.OPENING):
        subject = subject_after(text, tokens, 1, quote, v2)
        if subject is not None and subject.token.person:
            return Attribution(Firmness.WITHIN, subject)
    return NOBODY


def _bound(index: int, quote: int, end: int) -> int:
    return quote if index < quote else end


def _postposed(text: str, tokens: Sentence, start: int, end: int, v2: bool) -> Attribution:
    """`Putin zufolge`."""
    for index in range(start + 1, end):
        if tokens[index].may(Word.POSTPOSITION):
            first = index - 1
            while first > start and tokens[first].kind is Kind.WORD and not tokens[first].may(Word.DETERMINER):
                first -= 1
            return Attribution(Firmness.WITHIN, subject_after(text, tokens, first, index, v2))
    return NOBODY


def _colon(text: str, tokens: Sentence, start: int, quote: int, v2: bool) -> Attribution:
    """A quote behind a colon, without a verb of saying: the only person before it, unless a preposition governs him."""
    if quote - 2 < start or tokens[quote - 1].low != ":":
        return NOBODY
    name = tokens[quote - 2]
    if (
        name.person
        and name.entity is not None
        and not (quote - 2 > start and tokens[quote - 3].may(Word.PREPOSITION | Word.DETERMINER))
    ):
        return Attribution(Firmness.WITHIN, Subject(name, name.entity.name, quote - 2, quote - 1))
    people: list[Token] = [token for token in tokens[start:quote] if token.person]
    if len({token.entity.name for token in people if token.entity}) == 1:
        for at in range(start, quote):
            if tokens[at].person:
                subject = subject_after(text, tokens, at, quote, v2)
                governed = at > start and tokens[at - 1].may(Word.PREPOSITION)
                return Attribution(Firmness.WITHIN, None if governed else subject)
    return Attribution(Firmness.WITHIN, None)
