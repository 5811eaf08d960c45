"""Decides the language of an article from its text, with the feed's word as the prior."""

import re
from functools import cache
from typing import Any, NamedTuple

import eldc

from models.errors import EnrichError
from pipelines.languages import UNDETERMINED

BODY_PREFIX = 2000
"""Characters of the body that are looked at, after the title."""

LETTERS_TO_DECIDE = 16
"""Fewer letters than this say nothing without a prior; one of CJK counts as three."""

LETTERS_TO_OVERRULE = 120
"""A feed's language is overruled only by this many letters; one of CJK counts as three."""

_WIDE = re.compile("[\u3005\u3041-\u3096\u30a1-\u30fa\u31f0-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")

_COUNTED = 400
"""Letters are counted this far, which is enough for both limits."""

SAME = {"no": "nb", "iw": "he", "in": "id", "ji": "yi", "mo": "ro", "cmn": "zh", "yue": "zh", "fil": "tl"}
"""Older or wider codes, and the one that stands for them."""

CONFUSED = frozenset(
    frozenset(pair)
    for pair in (("nn", "nb"), ("da", "nb"), ("id", "ms"), ("bs", "hr"), ("bs", "sr"), ("hr", "sr"), ("gl", "pt"))
)
"""Pairs so close that the detector never overrules the feed between them."""


class Detected(NamedTuple):
    """The detector's answer, whether it vouches for it, and how much text it had."""

    language: str
    reliable: bool
    letters: int


def decide(title: str, body: str, prior: str) -> str:
    """The BCP 47 primary language subtag, `und` when unsure; the same text and prior always give the same answer.

    1. `prior` is what the feed, record or page said (`und` if nothing). Its primary subtag counts: `de-AT` is `de`.
    2. With a prior, the detector overrules it only when it vouches for another language on at least
       LETTERS_TO_OVERRULE letters, knows the prior's language at all (it cannot tell Swahili from what it
       knows), and the two are not a pair that is written almost alike (CONFUSED).
    3. Without one, the detector decides if it vouches for its answer on at least LETTERS_TO_DECIDE letters.
    """
    claimed = primary(prior)
    found = detect(f"{title}\n{body[:BODY_PREFIX]}")
    if claimed == UNDETERMINED:
        return found.language if found.reliable and found.letters >= LETTERS_TO_DECIDE else UNDETERMINED
    if found.language in (claimed, UNDETERMINED) or not found.reliable or found.letters < LETTERS_TO_OVERRULE:
        return claimed
    if claimed not in _detector().known or frozenset((claimed, found.language)) in CONFUSED:
        return claimed
    return found.language


def primary(tag: str) -> str:
    """The canonical primary subtag of a language tag (RFC 5646), `und` for none or one that is malformed."""
    subtag = tag.strip().replace("_", "-").partition("-")[0].lower()
    if not (subtag.isascii() and subtag.isalpha() and 2 <= len(subtag) <= 3):
        return UNDETERMINED
    return SAME.get(subtag, subtag)


def detect(text: str) -> Detected:
    """What the detector says of a text. Raises EnrichError for a text that is not valid Unicode."""
    letters = _count_letters(text[:_COUNTED])
    try:
        found = _detector().instance.detect_details(text.replace("\0", " "))
    except UnicodeEncodeError as error:
        raise EnrichError(f"The text holds half a character (a surrogate) at {error.start}; clean it first.") from error
    return Detected(primary(found.language), found.reliable, letters)


def _count_letters(text: str) -> int:
    return sum(map(str.isalpha, text)) + 2 * len(_WIDE.findall(text))


class _Detector(NamedTuple):
    instance: Any
    known: frozenset[str]


@cache
def _detector() -> _Detector:
    eldc.init()
    return _Detector(eldc.instance(), frozenset(primary(code) for code in eldc.LANGUAGES))
