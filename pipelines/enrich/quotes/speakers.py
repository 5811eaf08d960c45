"""Gives each quote of a text its speaker: what its sentence says, whom a pronoun means, and who goes on speaking.

A pronoun means a person only where one is certain: the speaker of the quote before it, else the only person (or the
only one who is a subject) of the nearest sentence that names any, at most `SENTENCES` back, with nobody else between.
A quote that has a sentence to itself and none that says who spoke it is spoken by the speaker of the quote before it in
its paragraph, or behind it, if no person is named between.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from models.article import Entity
from pipelines.enrich.quotes.attribution import NOBODY, Attribution, Firmness, attribute
from pipelines.enrich.quotes.lexicon import Lexicon, Word
from pipelines.enrich.quotes.phrases import Subject
from pipelines.enrich.quotes.subjects import first_subject
from pipelines.enrich.quotes.tokens import Kind, Sentence

SENTENCES = 3
"""A pronoun may mean somebody named so many sentences before."""

TOKENS = 120
"""So much of a sentence is looked at for whom a pronoun means."""


class Place(NamedTuple):
    """Where a quote stands: its paragraph, its sentence in the document's list of them, and its token."""

    paragraph: int
    sentence: int
    token: int


class Speaker(NamedTuple):
    """Who spoke, and the code point where the text says so."""

    name: str
    offset: int
    person: bool


class Spoken(NamedTuple):
    """What is known of a quote: how firmly it is tied to a speaker, and who that is."""

    firmness: Firmness
    speaker: Speaker | None
    alone: bool
    """It has its sentence to itself."""
    joined: bool
    """It goes on with the quote before it in the same sentence."""


class Document(NamedTuple):
    """The sentences around the quotes of a text, each with the number of its paragraph."""

    text: str
    sentences: Sequence[Sentence]
    paragraphs: Sequence[int]
    places: Sequence[Place]
    continued: Sequence[bool]
    """For each quote, whether it goes on in the next paragraph."""
    lexicon: Lexicon


def speakers(document: Document) -> list[Spoken]:
    """What is known of each quote, in order."""
    found: list[Spoken] = []
    genders = _genders(document.sentences)
    organizations = _organizations(document.sentences)
    alone = [_alone(sentence) for sentence in document.sentences]
    for number, place in enumerate(document.places):
        found.append(_spoken(document, number, place, found, genders, organizations, alone[place.sentence]))
    for number in range(len(found) - 2, -1, -1):
        found[number] = _from_behind(document, number, found)
    return found


def _spoken(
    document: Document,
    number: int,
    place: Place,
    found: Sequence[Spoken],
    genders: dict[str, int],
    organizations: dict[str, str],
    alone: bool,
) -> Spoken:
    sentence = document.sentences[place.sentence]
    attribution = attribute(document.text, sentence, place.token, document.lexicon)
    if not attribution.firmness:
        attribution = _introduced(document, place)
    joined = _joined(sentence, place.token)
    last = found[number - 1] if number else None
    before = document.places[number - 1] if number else None
    if last and before and _continues(document, number, before, place) and attribution.subject is None:
        return Spoken(Firmness.BESIDE, last.speaker, alone, True)
    if attribution.firmness:
        subject = attribution.subject
        speaker = _named(subject, organizations) if subject else None
        if subject is not None and subject.pronoun:
            speaker = _meant(document, number, place, subject, found, genders)
        elif subject is None and last and before and _same_clauses(sentence, before, place):
            speaker = last.speaker
        return Spoken(attribution.firmness, speaker, alone, joined)
    if last is not None and before is not None and joined and before.sentence == place.sentence:
        return Spoken(last.firmness, last.speaker, alone, True)
    if alone and last is not None and before is not None and _goes_on(document, before, place):
        return Spoken(Firmness.NONE, last.speaker, alone, False)
    return Spoken(Firmness.NONE, _topic(document, place) if alone else None, alone, joined)


def _continues(document: Document, number: int, before: Place, place: Place) -> bool:
    """The quote before it was left open for the next paragraph."""
    return document.continued[number - 1] and before.paragraph == place.paragraph - 1


def _same_clauses(sentence: Sentence, before: Place, place: Place) -> bool:
    """Two quotes of one sentence with nobody named between."""
    if before.sentence != place.sentence:
        return False
    return not any(token.person for token in sentence[before.token : place.token])


def _introduced(document: Document, place: Place) -> Attribution:
    """By a sentence of the paragraph before that ends with a colon."""
    if place.token > 0 or place.sentence == 0:
        return NOBODY
    before = document.sentences[place.sentence - 1]
    if not before or before[-1].low != ":" or place.paragraph - document.paragraphs[place.sentence - 1] > 1:
        return NOBODY
    quote = document.sentences[place.sentence][place.token]
    return attribute(document.text, [*before, quote], len(before), document.lexicon)


def _alone(sentence: Sentence) -> bool:
    return all(token.kind in (Kind.STOP, Kind.PUNCTUATION, Kind.QUOTE) for token in sentence)


def _joined(sentence: Sentence, token: int) -> bool:
    """Behind another quote of the sentence, with no more than an `and` or a few small words between."""
    for at in range(token - 1, max(-1, token - 7), -1):
        if sentence[at].kind is Kind.QUOTE:
            return True
        if sentence[at].kind in (Kind.NAME, Kind.STOP):
            return False
    return False


def _goes_on(document: Document, before: Place, place: Place) -> bool:
    if before.paragraph != place.paragraph:
        return False
    between = document.sentences[before.sentence + 1 : place.sentence]
    if len(between) > 1:
        return False
    return not any(
        token.person or (token.may(Word.SAYS) and not token.may(Word.WEAK))
        for sentence in between
        for token in sentence
    )


def _from_behind(document: Document, number: int, found: Sequence[Spoken]) -> Spoken:
    """A quote that opens its paragraph is spoken by the speaker of the next one, if nothing stands between."""
    here, following = document.places[number], document.places[number + 1]
    spoken, after = found[number], found[number + 1]
    if spoken.speaker or spoken.firmness or not spoken.alone or here.paragraph != following.paragraph:
        return spoken
    if following.sentence - here.sentence > 1 or following.token > 0:
        return spoken
    return spoken._replace(speaker=after.speaker)


def _topic(document: Document, place: Place) -> Speaker | None:
    """The only person of the sentence before, in the same paragraph, if it is the subject there."""
    before = place.sentence - 1
    if before < 0 or document.paragraphs[before] != place.paragraph:
        return None
    sentence = document.sentences[before]
    people = {token.entity.name for token in sentence if token.person and token.entity}
    if len(people) != 1 or any(token.kind is Kind.QUOTE for token in sentence):
        return None
    subject = first_subject(document.text, sentence, 0, len(sentence), document.lexicon.verb_second)
    return _named(subject, {}) if subject is not None and subject.token.person else None


def _named(subject: Subject, organizations: dict[str, str]) -> Speaker | None:
    if subject.name is None:
        return None
    name = organizations.get(subject.name.lower(), subject.name)
    return Speaker(name, subject.token.start, subject.token.person)


def _meant(
    document: Document,
    number: int,
    place: Place,
    pronoun: Subject,
    found: Sequence[Spoken],
    genders: dict[str, int],
) -> Speaker | None:
    """Whom `he` or `she` means."""
    if _plural(document, place, pronoun):
        return None
    wanted = pronoun.token.bits & (Word.HE | Word.SHE)
    said = {document.places[at].sentence: found[at].speaker for at in range(max(0, number - 8), number)}
    before = min(pronoun.first, place.token)
    earlier = [(place.sentence, document.sentences[place.sentence][max(0, before - TOKENS) : before])]
    for at in range(place.sentence - 1, max(-1, place.sentence - 1 - SENTENCES), -1):
        if document.paragraphs[at] < place.paragraph - 1:
            break
        earlier.append((at, document.sentences[at][-TOKENS:]))
    for at, sentence in earlier:
        speaker = said.get(at) if at != place.sentence else None
        if speaker is not None and speaker.person and _fits(speaker.name, wanted, genders):
            return speaker._replace(offset=pronoun.token.start)
        people = {token.entity.name for token in sentence if token.person and token.entity}
        people = {name for name in people if _fits(name, wanted, genders)}
        subject = first_subject(document.text, sentence, 0, len(sentence), document.lexicon.verb_second)
        if subject is not None and subject.name in people:
            return Speaker(subject.name, pronoun.token.start, True)
        if people and not (subject is not None and subject.pronoun):
            certain = len(people) == 1 and _free(sentence, next(iter(people)))
            return Speaker(people.pop(), pronoun.token.start, True) if certain else None
        if any(token.may(Word.ROLE) and token.kind is Kind.WORD for token in sentence):
            return None
    return None


def _free(sentence: Sentence, name: str) -> bool:
    """Whether a person is named without a preposition before the name."""
    return any(
        token.entity is not None and token.entity.name == name and not (at and sentence[at - 1].may(Word.PREPOSITION))
        for at, token in enumerate(sentence)
    )


def _plural(document: Document, place: Place, pronoun: Subject) -> bool:
    """German `sie sagten`: more than one."""
    sentence = document.sentences[place.sentence]
    beside = sentence[max(0, pronoun.first - 2) : pronoun.last + 2]
    endings = document.lexicon.plural
    return bool(endings) and any(
        token.may(Word.SAYS | Word.AUXILIARY) and token.low.endswith(endings) for token in beside
    )


def _fits(name: str, wanted: int, genders: dict[str, int]) -> bool:
    known = genders.get(name, 0)
    return not known or bool(known & wanted)


def _genders(sentences: Sequence[Sentence]) -> dict[str, int]:
    """What titles before their names say of people: `Mr Blair`, `Frau Merkel`."""
    genders: dict[str, int] = {}
    for sentence in sentences:
        for before, token in pairwise(sentence):
            if token.person and token.entity is not None and before.may(Word.TITLE):
                genders[token.entity.name] = genders.get(token.entity.name, 0) | before.bits & (Word.HE | Word.SHE)
    return genders


def _organizations(sentences: Sequence[Sentence]) -> dict[str, str]:
    """Organizations by the last word of their names, so that `das Außenministerium` is the one named before."""
    found: dict[str, Entity | None] = {}
    for sentence in sentences:
        for token in sentence:
            if token.entity is not None and token.entity.kind == "organization":
                last = token.entity.name.lower().replace("-", " ").split()[-1:]
                for word in last:
                    found[word] = token.entity if found.get(word, token.entity) == token.entity else None
    return {word: entity.name for word, entity in found.items() if entity is not None}
