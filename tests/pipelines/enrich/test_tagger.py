"""Names in running text: what is found, that offsets are exact, that anything at all may be asked, and how fast."""

import re
from collections.abc import Sequence
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.enrich.base import Span
from pipelines.enrich.tagger import Tagger, languages, open_tagger
from pipelines.enrich.tagger.tokens import sentences

ROOT = Path(__file__).resolve().parents[3]
SEED = ROOT / "seeds" / "000_d167ea77ea0d49e4.txt"
MODELS = ROOT / "config" / "tagger"
LANGUAGES = ("de", "en", "es", "fr")
MEGABYTE = 1_000_000

TEXTS = [
    (
        "de",
        "Bundeskanzlerin Angela Merkel traf am Montag in Paris den französischen Präsidenten Emmanuel Macron.",
        {("Angela Merkel", "person"), ("Paris", "place"), ("Emmanuel Macron", "person")},
    ),
    (
        "de",
        "Die Deutsche Bank und Siemens streichen in Frankfurt Stellen, sagte Thomas Weber.",
        {
            ("Deutsche Bank", "organization"),
            ("Siemens", "organization"),
            ("Frankfurt", "place"),
            ("Thomas Weber", "person"),
        },
    ),
    (
        "en",
        "Prime Minister Theresa May flew to Brussels on Tuesday to meet Donald Tusk.",
        {("Theresa May", "person"), ("Brussels", "place"), ("Donald Tusk", "person")},
    ),
    (
        "en",
        "Shares of Microsoft and General Motors fell in New York, said John Miller.",
        {
            ("Microsoft", "organization"),
            ("General Motors", "organization"),
            ("New York", "place"),
            ("John Miller", "person"),
        },
    ),
    (
        "fr",
        "Le président Emmanuel Macron a rencontré Angela Merkel à Berlin, avant de partir pour Marseille.",
        {("Emmanuel Macron", "person"), ("Angela Merkel", "person"), ("Berlin", "place"), ("Marseille", "place")},
    ),
    (
        "es",
        "El presidente Pedro Sánchez viajó a México, donde habló con Claudia López.",
        {("Pedro Sánchez", "person"), ("México", "place"), ("Claudia López", "person")},
    ),
]


def found(text: str, language: str) -> set[tuple[str, str]]:
    (spans,) = open_tagger().spans([text], language)
    return {(text[span.start : span.end], span.kind) for span in spans}


@pytest.mark.parametrize(("language", "text", "names"), TEXTS)
def test_names_in_plain_news_are_found(language: str, text: str, names: set[tuple[str, str]]) -> None:
    assert {name for name in found(text, language) if name[1] != "misc"} == names


def test_headlines_in_capitals_are_read() -> None:
    assert ("FRANCE", "place") in found("FRANCE AND GERMANY SIGN TRADE DEAL WITH JAPAN", "en")


@pytest.mark.parametrize("name", ["Wladimir Putin", "Valery Gerasimov", "Jeon Ha-Gyu", "Mike Firn"])
def test_the_seeds_people_are_found(name: str) -> None:
    assert (name, "person") in found(SEED.read_text("utf-8"), "de")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("seed", sorted((ROOT / "seeds").rglob("*.txt")), ids=lambda path: path.name)
def test_spans_are_ordered_trimmed_and_within_one_paragraph(seed: Path, language: str) -> None:
    text = seed.read_text("utf-8")
    (spans,) = open_tagger().spans([text], language)
    end = 0
    for span in spans:
        name = text[span.start : span.end]
        assert end <= span.start < span.end
        assert name == name.strip()
        assert not re.search(r"\n\s*\n", name)
        end = span.end


def test_a_name_never_crosses_a_blank_line() -> None:
    (spans,) = open_tagger().spans(["Gestern sprach Angela\n\nMerkel in Berlin."], "de")
    assert all("\n" not in "Gestern sprach Angela\n\nMerkel in Berlin."[span.start : span.end] for span in spans)


def test_offsets_count_code_points() -> None:
    text = "\U0001f600 \U0001f1e9\U0001f1ea In Berlin sprach Angela Merkel."
    assert {("Berlin", "place"), ("Angela Merkel", "person")} <= found(text, "de")


def test_a_language_without_a_model_has_no_names() -> None:
    assert open_tagger().spans(["Angela Merkel", ""], "xx") == [(), ()]
    assert open_tagger().tag([["Angela", "Merkel"], []], "../de") == [["O", "O"], []]


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_a_model(language: str) -> None:
    assert language in languages()


def test_one_tagger_serves_the_process() -> None:
    assert open_tagger() is open_tagger()


def test_texts_do_not_touch_each_other() -> None:
    texts = [text for language, text, _ in TEXTS if language == "de"] + ["", "\n\n", SEED.read_text("utf-8")]
    tagger = open_tagger()
    assert tagger.spans(texts, "de") == [tagger.spans([text], "de")[0] for text in texts]
    assert tagger.spans(texts * 40, "de") == tagger.spans(texts, "de") * 40


def test_what_was_read_before_changes_nothing() -> None:
    text = TEXTS[2][1]
    fresh = Tagger().spans([text], "en")
    tagger = Tagger()
    tagger.spans([" ".join(f"Word{number}" for number in range(70_000))], "en")
    assert tagger.spans([text], "en") == fresh == tagger.spans([text], "en")


TOKENS = st.text(max_size=12) | st.sampled_from(
    ["Angela", "Merkel", "in", "Berlin", ".", "U.S.", "\n", "\x02", "x" * 80]
)


@settings(max_examples=150)
@given(st.lists(st.lists(TOKENS, max_size=12), max_size=6), st.sampled_from(LANGUAGES))
def test_any_tokens_get_as_many_valid_tags(tokens: list[list[str]], language: str) -> None:
    tags = open_tagger().tag(tokens, language)
    assert [len(row) for row in tags] == [len(row) for row in tokens]
    assert all(is_iob2(row) for row in tags)


@settings(max_examples=150)
@given(st.text(max_size=200), st.sampled_from((*LANGUAGES, "xx", "ru")))
def test_any_text_is_cut_into_all_its_visible_characters(text: str, language: str) -> None:
    covered = set()
    for sentence in sentences(text, language):
        for word, start in zip(*sentence, strict=True):
            assert text.startswith(word, start)
            covered.update(range(start, start + len(word)))
    assert {at for at, letter in enumerate(text) if not letter.isspace()} <= covered


@settings(max_examples=100)
@given(st.text(max_size=300), st.sampled_from(LANGUAGES))
def test_any_text_gets_spans_within_it(text: str, language: str) -> None:
    (spans,) = open_tagger().spans([text], language)
    assert all(isinstance(span, Span) and 0 <= span.start < span.end <= len(text) for span in spans)


def test_a_sentence_of_ten_thousand_words_is_tagged() -> None:
    (tags,) = open_tagger().tag([["Angela", "Merkel", "sprach", "in", "Berlin"] * 2_000], "de")
    assert len(tags) == 10_000
    assert tags.count("B-PER") > 1_900
    assert is_iob2(tags)


NASTY = ["a.", "a@", "\n ", "'", "x", "n't ", "1,", "-a", "A. ", ".", "w.w+", "Berlin ", "\n\n", "A.B", "http://", "l'"]


@pytest.mark.parametrize("part", NASTY)
def test_no_text_takes_more_time_than_its_length_says(part: str) -> None:
    started = process_time()
    open_tagger().spans([part * (60_000 // len(part))], "en")
    assert process_time() - started < 5


CUT = [
    ("en", "Mr. Smith's U.S. firm didn't pay O'Brien.", "Mr. Smith 's U.S. firm did n't pay O'Brien ."),
    ("en", "The AT&T deal (worth $4.5 billion), he said.", "The AT&T deal ( worth $ 4.5 billion ) , he said ."),
    ("de", "Am 15. Januar kam Dr. Müller (CDU).", "Am 15. Januar kam Dr. Müller ( CDU ) ."),
    ("fr", "L'homme d’affaires, aujourd'hui.", "L' homme d’ affaires , aujourd'hui ."),
    ("es", "El Sr. López dijo: «No».", "El Sr. López dijo : « No » ."),
]


@pytest.mark.parametrize(("language", "text", "cut"), CUT)
def test_words_are_cut_as_the_collections_do(language: str, text: str, cut: str) -> None:
    (sentence,) = sentences(text, language)
    assert " ".join(sentence.words) == cut


def test_sentences_end_at_full_stops_and_not_at_abbreviations() -> None:
    text = "Dr. Weber kam am 3. Mai. „Gut!“, rief er. Z.B. so."
    assert [sentence.words[0] for sentence in sentences(text, "de")] == ["Dr.", "„", "Z.B."]


def test_the_models_are_small_and_the_card_tells_about_each() -> None:
    files = sorted(MODELS.glob("*.npz"))
    assert sum(path.stat().st_size for path in files) < 25 * MEGABYTE
    card = (MODELS / "README.md").read_text("utf-8")
    for path in files:
        assert re.search(rf"^\| {path.stem} \|.*\b\d\d\.\d\b", card, re.MULTILINE), path.stem


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_model_is_loaded_in_a_second(language: str) -> None:
    started = process_time()
    Tagger().tag([["Berlin"]], language)
    assert process_time() - started < 1


def is_iob2(tags: Sequence[str]) -> bool:
    before = "O"
    for tag in tags:
        if tag.startswith("I-") and before[2:] != tag[2:]:
            return False
        before = tag
    return True
