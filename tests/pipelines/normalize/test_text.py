import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.normalize.text import paragraphs, tidy, word_count
from pipelines.normalize.title import LIMIT, derived_title

WRAPPED = """The council met on Tuesday evening to talk about the new bridge across the
river, which has been planned for more than ten years and which many people in
the town no longer believe in.

It will cost twenty million, the mayor said, and it will be built by 2030 if
the money is found. The opposition doubts that, and asked for a new study of
the traffic."""


def test_lines_broken_at_a_fixed_width_are_joined_again() -> None:
    found = paragraphs(WRAPPED)
    assert len(found) == 2
    assert found[0].endswith("no longer believe in.")
    assert "across the river," in found[0]


def test_a_line_each_is_a_paragraph_each() -> None:
    long = "Der Rat hat am Dienstag nach langer Debatte dem Bau einer Brücke über den Fluss zugestimmt, sagte er."
    assert paragraphs(f"{long}\n{long}\r\n\r\n{long}") == [long, long, long]
    assert paragraphs("Eins.\nZwei.\nDrei.") == ["Eins.", "Zwei.", "Drei."]


def test_invisible_and_invalid_characters_are_gone() -> None:
    assert tidy("So\u00adfia\u200b \u00a0 is\ufeff\x00 fine\ud800") == "Sofia is fine"
    assert tidy("Cafe\u0301") == "Café"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("One two three.", 3),
        ("Er sagte – leise – nichts.", 4),
        ("One.\n\nTwo.", 2),
        ("今日は晴れです", 7),
        ("北京 2025", 3),
        ("김정은 위원장은 말했다", 3),
        ("Привет, мир", 2),
    ],
)
def test_words_are_counted_as_a_reader_would(text: str, words: int) -> None:
    assert word_count(text) == words


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The council met. It voted.", "The council met."),
        ("Am 28. April tagte der Rat. Er stimmte zu.", "Am 28. April tagte der Rat."),
        ("Dr. Muster sprach. Alle hörten zu.", "Dr. Muster sprach."),
        ("Donald J. Sample spoke. All listened.", "Donald J. Sample spoke."),
        ("„Nein!“ Das sagte er.", "„Nein!“"),
        ("今日は晴れです。明日は雨です。", "今日は晴れです。"),
        ("no end at all", "no end at all"),
    ],
)
def test_a_derived_title_is_the_first_sentence(text: str, title: str) -> None:
    assert derived_title(text) == title


def test_a_long_first_sentence_is_cut_at_a_word() -> None:
    title = derived_title("word " * 100)
    assert len(title) <= LIMIT
    assert title.endswith("word")


@given(st.text(max_size=600))
def test_tidied_text_stays_as_it_is(text: str) -> None:
    once = tidy(text)
    assert tidy(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert "\n" not in once
    once.encode()


@given(st.text(max_size=600))
def test_paragraphs_hold_the_same_words(text: str) -> None:
    found = paragraphs(text)
    assert all(found)
    assert "".join("".join(found).split()) == "".join("".join(tidy(line) for line in text.splitlines()).split())


@given(st.text(min_size=1, max_size=600))
def test_a_derived_title_is_a_short_beginning(text: str) -> None:
    line = tidy(text)
    title = derived_title(line)
    assert len(title) <= LIMIT
    assert line.startswith(title)
