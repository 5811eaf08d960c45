"""The lists that a word may stand in: first and family names, places, and how a word is mostly written."""

import gzip
from collections import Counter
from collections.abc import Iterable
from importlib import import_module
from importlib.resources import files

import numpy as np
from babel import Locale

from pipelines.enrich.tagger.features import Lexicon, word_hashes
from pipelines.training.columns import Labelled

FIRST, FAMILY, CITY, COUNTRY, LOWER, MIXED = 1, 2, 4, 8, 16, 32

_LOCALES = (
    *("de_DE", "de_AT", "de_CH", "en_US", "en_GB", "en_IN", "en_NZ", "fr_FR", "fr_CH", "es_ES", "es_MX", "es_AR"),
    *("it_IT", "pt_BR", "pt_PT", "nl_NL", "nl_BE", "pl_PL", "cs_CZ", "sv_SE", "da_DK", "no_NO", "fi_FI", "tr_TR"),
    *("hu_HU", "ro_RO", "hr_HR", "sl_SI", "sk_SK", "lt_LT", "lv_LV", "et_EE", "id_ID", "es_CO"),
)
_OFTEN = 5
_MOSTLY, _SELDOM = 0.7, 0.1


def person_names() -> tuple[set[str], set[str]]:
    """First names and family names of many countries (Faker's lists, MIT)."""
    first: set[str] = set()
    family: set[str] = set()
    for locale in _LOCALES:
        provider = import_module(f"faker.providers.person.{locale}").Provider
        for attribute in dir(provider):
            if attribute.startswith(("first_names", "last_names")):
                (first if attribute.startswith("first") else family).update(getattr(provider, attribute))
    return _words(first), _words(family)


def make_lexicon(sentences: Iterable[Labelled]) -> Lexicon:
    """The lists, and from the sentences which words stand mostly, or sometimes, in small letters."""
    first, family = person_names()
    bits: Counter[str] = Counter()
    lists = ((FIRST, first), (FAMILY, family), (CITY, _cities()), (COUNTRY, _countries()), *_cases(sentences))
    for bit, listed in lists:
        for word in {word.lower() for word in listed}:
            bits[word] |= bit
    words = sorted(bits)
    hashes = word_hashes(words)
    unique, at = np.unique(hashes, return_index=True)
    values = np.array([bits[word] for word in words], dtype=np.uint8)
    return Lexicon(unique, values[at])


def _words(names: Iterable[str]) -> set[str]:
    return {part for name in names for part in name.replace("-", " ").split() if len(part) > 1 and part[0].isupper()}


def _cities() -> set[str]:
    packed = (files("config") / "places" / "cities.tsv.gz").read_bytes()
    lines = gzip.decompress(packed).decode("utf-8").splitlines()
    names = {line.split("\t", 2)[1] for line in lines if not line.startswith("#")}
    return {name for name in names if name.isalpha() and len(name) > 2}


def _countries() -> set[str]:
    names = {name for language in ("de", "en", "fr", "es") for name in Locale(language).territories.values()}
    for line in (files("config") / "places" / "regions.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            names.update(line.split("\t")[1:])
    return {name for name in names if name.isalpha() and len(name) > 2}


def _cases(sentences: Iterable[Labelled]) -> list[tuple[int, set[str]]]:
    seen: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for sentence in sentences:
        for word in sentence.words[1:]:
            if word[:1].isalpha():
                seen[word.lower()] += 1
                small[word.lower()] += word[0].islower()
    often = [word for word, count in seen.items() if count >= _OFTEN]
    lower = {word for word in often if small[word] > _MOSTLY * seen[word]}
    mixed = {word for word in often if _SELDOM * seen[word] < small[word] <= _MOSTLY * seen[word]}
    return [(LOWER, lower), (MIXED, mixed)]
