"""Reads `config/quotes`: the quotation marks, and for each language the words that tell who speaks."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from ruamel.yaml import YAML


class Word:
    """What a word may be in a sentence with a quote, as bits; one word may be several of them."""

    SAYS: Final = 1
    WEAK: Final = 2
    """A verb that reports speech only right beside a quote: `freute sich: „…“`."""
    PARTICIPLE: Final = 4
    AUXILIARY: Final = 8
    PASSIVE: Final = 16
    HE: Final = 32
    SHE: Final = 64
    DETERMINER: Final = 128
    PREPOSITION: Final = 256
    CONJUNCTION: Final = 512
    SUBORDINATOR: Final = 1024
    RELATIVE: Final = 2048
    ADVERB: Final = 4096
    TITLE: Final = 8192
    ROLE: Final = 16384
    INSTITUTION: Final = 32768
    WORK: Final = 65536
    FOLLOWING: Final = 131072
    """`so`, directly behind a quote and before a speaker."""
    POSTPOSITION: Final = 262144
    """`zufolge`, behind a speaker."""
    REPORTING: Final = 524288
    """A quote may follow at once: `said that “…”`."""
    OPENING: Final = 1048576
    """`pour`, at the start of a sentence and before a person: whose view it is."""
    REFLEXIVE: Final = 4194304
    GERUND: Final = 2097152
    """A verb form without a subject of its own: `adding that “…”`."""


CLASSES: Mapping[str, int] = {
    "finite": Word.SAYS,
    "participles": Word.SAYS | Word.PARTICIPLE,
    "auxiliaries": Word.AUXILIARY,
    "passives": Word.PASSIVE,
    "determiners": Word.DETERMINER,
    "prepositions": Word.PREPOSITION,
    "conjunctions": Word.CONJUNCTION,
    "subordinators": Word.SUBORDINATOR,
    "relatives": Word.RELATIVE,
    "adverbs": Word.ADVERB,
    "roles": Word.ROLE,
    "institutions": Word.INSTITUTION,
    "works": Word.WORK,
    "following": Word.FOLLOWING,
    "postpositions": Word.POSTPOSITION,
    "reporting": Word.REPORTING,
    "opening": Word.OPENING,
    "reflexives": Word.REFLEXIVE,
}

_MAN = {"masculine": Word.HE, "feminine": Word.SHE, "either": 0}


class Lexicon(NamedTuple):
    """One language. Words are lower case; the endings count for words that no list has."""

    language: str
    verb_second: bool
    """The subject stands before or behind the verb, as in German; else before it, or behind where the verb leads."""
    dialogue: bool
    """A dash at the start of a paragraph may open speech."""
    dropped: bool
    """A verb without a subject means `he` or `she`: `“…”, dijo.`"""
    words: Mapping[str, int]
    endings: tuple[tuple[tuple[str, ...], int], ...]
    plural: tuple[str, ...]
    separable: Mapping[str, frozenset[str]]
    """Verbs that report speech only with one of these particles behind them: `räumte … ein`."""
    adverbials: Mapping[str, tuple[tuple[str, ...], ...]]
    """`according to` and its like by their first word, the longest first."""
    abbreviations: frozenset[str]

    def bits(self, word: str) -> int:
        """What a lower-case word may be."""
        found = self.words.get(word)
        if found is not None:
            return found
        for endings, bits in self.endings:
            if word.endswith(endings):
                return bits
        return 0


class Marks(NamedTuple):
    """Opening marks and what closes each; `single` ones may be apostrophes."""

    double: Mapping[str, str]
    single: Mapping[str, str]


@cache
def marks() -> Marks:
    """The quotation marks of all languages."""
    found = _read("marks.yaml")
    return Marks(found["double"], found["single"])


@cache
def lexicon(language: str) -> Lexicon | None:
    """The words of a language by its primary BCP 47 subtag; None where there are none."""
    if not (language.isascii() and language.isalpha()):
        return None
    if not (files("config") / "quotes" / f"{language}.yaml").is_file():
        return None
    data = _read(f"{language}.yaml")
    return Lexicon(
        language=language,
        verb_second=data["order"] == "second",
        dialogue=data["dialogue"],
        dropped=data["dropped"],
        words=_words(data),
        endings=_endings(data),
        plural=tuple(data["plural_verbs"]),
        separable={verb: frozenset(particles) for verb, particles in data.get("separable", {}).items()},
        adverbials=_adverbials(data["adverbials"]),
        abbreviations=frozenset(data["abbreviations"]),
    )


def _read(name: str) -> Any:
    text = (files("config") / "quotes" / name).read_text(encoding="utf-8")
    return YAML(typ="safe", pure=False).load(text)


def _words(data: Mapping[str, Any]) -> dict[str, int]:
    words: dict[str, int] = {}

    def enter(forms: Iterable[str], bits: int) -> None:
        for form in forms:
            words[form] = words.get(form, 0) | bits

    for verbs in data["verbs"]:
        for stem in verbs["stems"]:
            enter((stem + ending for ending in verbs["finite"]), Word.SAYS)
            enter((stem + ending for ending in verbs.get("participle", ())), Word.SAYS | Word.PARTICIPLE)
    for name, bits in CLASSES.items():
        enter(data[name], bits)
    enter(data.get("separable", {}), Word.SAYS)
    enter((form for form in data["weak"] if words.get(form, 0) & Word.SAYS), Word.WEAK)
    gerunds = tuple(data["gerunds"])
    enter(
        [form for form, bits in words.items() if bits & Word.SAYS and form.endswith(gerunds)] if gerunds else (),
        Word.GERUND,
    )
    enter(data.get("others", ()), 0)
    enter(data["pronouns"]["masculine"], Word.HE)
    enter(data["pronouns"]["feminine"], Word.SHE)
    for gender, titles in data["titles"].items():
        enter(titles, Word.TITLE | _MAN[gender])
    return words


def _endings(data: Mapping[str, Any]) -> tuple[tuple[tuple[str, ...], int], ...]:
    endings = (
        (tuple(data["role_endings"]), Word.ROLE),
        (tuple(data["institution_endings"]), Word.INSTITUTION),
        (tuple(data.get("adverb_endings", ())), Word.ADVERB),
    )
    return tuple((forms, bits) for forms, bits in endings if forms)


def _adverbials(phrases: Iterable[str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        first, *rest = phrase.replace("'", " ").split()
        found.setdefault(first, []).append(tuple(rest))
    return {first: tuple(rests) for first, rests in found.items()}
