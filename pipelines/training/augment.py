"""More sentences out of those there are: the ways in which news writes that running text does not show.

Headlines in capitals, and for English the datelines, results and line-ups of a news agency, filled in from patterns
(`newswire.en.txt`): `{per}` a person, `{last}` and `{init}` a family name and initials, `{land}`, `{city}`, `{club}`.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from importlib.resources import files
from unicodedata import combining, normalize

import numpy as np
from babel import Locale

from pipelines.enrich.scores import names_of
from pipelines.training.columns import Labelled
from pipelines.training.lexicon import person_names

_SHOUTED = 0.04
_HEADLINE = 20
"""Words that a headline has at most."""
_KINDS = {"per": "PER", "last": "PER", "init": "PER", "land": "LOC", "city": "LOC", "club": "ORG"}
_PATTERNS_EACH = 150
_OFTEN = 3
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Slots = dict[str, list[str]]


def augmented(sentences: Sequence[Labelled], language: str) -> Iterator[Labelled]:
    """Headlines in capitals; agency lines where there are patterns for the language."""
    random = np.random.default_rng(2)
    for sentence, chance in zip(sentences, random.random(len(sentences)), strict=True):
        if chance < _SHOUTED and 3 < len(sentence.words) <= _HEADLINE:
            yield Labelled(tuple(word.upper() for word in sentence.words), sentence.tags)
    patterns = files("pipelines.training").joinpath(f"newswire.{language}.txt")
    if patterns.is_file():
        slots = _slots(sentences, language)
        for pattern in patterns.read_text("utf-8").splitlines():
            for _ in range(_PATTERNS_EACH):
                yield _filled(pattern.split(), slots, random)


def _slots(sentences: Sequence[Labelled], language: str) -> Slots:
    """What may stand in a pattern: listed names, and those that the sentences have."""
    met: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for sentence in sentences:
        for start, end, kind in names_of(sentence.tags):
            met[kind][" ".join(sentence.words[start:end])] += 1
    people = [name for name, count in met["PER"].items() if count >= _OFTEN and name.istitle() and " " in name]
    places = [name for name, count in met["LOC"].items() if count >= 2 * _OFTEN and name.istitle()]
    first, family = map(sorted, person_names())
    lands = {name for code, name in Locale(language).territories.items() if len(code) == 2 and "(" not in name}
    clubs = files("pipelines.training").joinpath(f"clubs.{language}.txt").read_text("utf-8").splitlines()
    return {
        "per": people,
        "first": first,
        "last": [*family, *(name.split()[-1] for name in people)],
        "land": sorted(name.replace("’", "'") for name in lands)
        + ["U.S.", "Britain", "Russia", "Germany", "England"] * 6,
        "city": places,
        "club": clubs,
    }


def _filled(pattern: Sequence[str], slots: Slots, random: np.random.Generator) -> Labelled:
    words: list[str] = []
    tags: list[str] = []
    inside = False
    for part in pattern:
        slot = part.strip("{}")
        kind = _KINDS.get(slot.lower()) if part.startswith("{") else None
        filled = _fill(slot, slots, random) if kind else [_numbered(part, random)]
        words += filled
        first = "I" if inside else "B"
        tags += [f"{'I' if at else first}-{kind}" if kind else "O" for at in range(len(filled))]
        inside = slot == "init"
    return Labelled(tuple(words), tuple(tags))


def _fill(slot: str, slots: Slots, random: np.random.Generator) -> list[str]:
    def one(name: str) -> str:
        return slots[name][int(random.integers(len(slots[name])))]

    if slot == "init":
        return [f"{one('first')[0]}." for _ in range(1 + int(random.random() < 0.2))]
    listed = slot in ("per", "PER") and random.random() < 0.7
    name = _plain(f"{one('first')} {one('last')}" if listed else one(slot.lower()))
    return (name.upper() if slot.isupper() else name).split()


def _plain(name: str) -> str:
    """Without accents, as agencies send names."""
    return "".join(letter for letter in normalize("NFKD", name) if not combining(letter))


def _numbered(part: str, random: np.random.Generator) -> str:
    if part == "{date}":
        return f"1996-{random.integers(1, 13):02}-{random.integers(1, 29):02}"
    if part == "{day}":
        return _DAYS[int(random.integers(7))]
    while "{n}" in part:
        size = 10 ** int(random.integers(1, 4))
        part = part.replace("{n}", str(random.integers(size)), 1)
    return part
