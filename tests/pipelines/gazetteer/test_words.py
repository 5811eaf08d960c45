"""Where a scan looks for names."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.gazetteer import lexicon
from pipelines.gazetteer.words import Beginnings, first_word, is_unspaced

KNOWN = [
    "Berlin",
    "La",
    "la",
    "el",
    "russisch",
    "ukrainische",
    "Österreich",
    "Ōsaka",
    "Москва",
    "российский",
    "l",
    "6th",
]
TEXTS = st.lists(st.one_of(st.sampled_from(KNOWN), st.text(max_size=6)), max_size=12).flatmap(
    lambda parts: st.sampled_from([" ", "", ", ", "\n", "“", "_", "é", "-"]).map(lambda gap: gap.join(parts))
)


@given(TEXTS, st.sampled_from([KNOWN, KNOWN[:1], ["la", "el"], [word for word in KNOWN if word[0] < "\u0100"]]))
def test_every_word_that_begins_a_name_is_found_whole_and_in_order(text: str, known: list[str]) -> None:
    found = Beginnings(known).find(text)
    words = [(match.start(), match[0]) for match in re.finditer(r"\w+", text)]
    assert found == sorted(set(found))
    assert set(found) <= set(words)
    assert {(start, word) for start, word in words if word in known} <= set(found)


@pytest.mark.parametrize("language", ["de", "en", "fr", "es", "ru", "uk", "ar", "zh", "und"])
def test_every_name_of_a_lexicon_is_looked_for(language: str) -> None:
    words = lexicon(language)
    names = [*words.fixed.places, *list(words.cities.spaced)[::50]]
    for name in names:
        word = first_word(name)
        if word and not is_unspaced(word[0]):
            assert (0, word) in words.begin.find(f"{name}."), name


def test_common_words_are_not_looked_at() -> None:
    found = lexicon("en").begin.find("the people who were there said that nothing had been found in Berlin")
    assert [word for _, word in found] == ["Berlin"]
