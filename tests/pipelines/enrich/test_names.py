"""Names are recognized by language, in the part of a text that is read."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from models.settings import EnrichSettings
from pipelines.enrich import open_recognizer
from pipelines.enrich.base import Reading, Span
from pipelines.enrich.names import LONGEST, OWN_MODEL, NamesExtractor, OwnRecognizer, pieces, read_part


class Capitals:
    """Takes every text for one name, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def tag(self, sentences: Sequence[Sequence[str]], language: str) -> list[list[str]]:  # noqa: ARG002
        return [["O"] * len(words) for words in sentences]

    def spans(self, texts: Sequence[str], language: str) -> list[tuple[Span, ...]]:
        self.asked.append((language, tuple(texts)))
        return [(Span(0, len(text), "person"),) for text in texts]

    def model(self, language: str) -> str | None:
        return f"capitals-{language}"


def test_texts_of_one_language_are_read_together_and_come_back_in_order() -> None:
    recognizer = Capitals()
    readings = [Reading(text=text, language=text[:2]) for text in ("de 1", "en 22", "de 333", "fr 4444")]
    found = NamesExtractor(recognizer).extract(readings)
    assert recognizer.asked == [("de", ("de 1", "de 333")), ("en", ("en 22",)), ("fr", ("fr 4444",))]
    assert [reading.text for reading in found] == [reading.text for reading in readings]
    assert [reading.spans for reading in found] == [(Span(0, len(reading.text), "person"),) for reading in readings]


def test_a_very_long_text_is_read_up_to_a_paragraph() -> None:
    paragraph = "Nobody of that name. " * 40
    text = "\n\n".join([paragraph] * (LONGEST // len(paragraph) + 5))
    recognizer = Capitals()
    (found,) = NamesExtractor(recognizer).extract([Reading(text=text, language="en")])
    ((_, (read,)),) = recognizer.asked
    assert found.text == text
    assert LONGEST - 2 * len(paragraph) < len(read) <= LONGEST
    assert text[len(read) :].startswith("\n\n")


def test_a_text_of_the_longest_length_is_read_whole() -> None:
    text = "x" * LONGEST
    assert read_part(text) is text
    assert read_part(text + "x") == text


@given(st.text(st.sampled_from("ab \n"), max_size=80), st.integers(min_value=1, max_value=30))
def test_pieces_are_the_text_and_none_is_too_long(text: str, size: int) -> None:
    cut = list(pieces(text, size))
    assert "".join(cut) == text
    assert all(len(piece) <= size for piece in cut)
    assert all(cut[:-1])


def test_own_models_name_people_in_german_and_english() -> None:
    texts = {"de": "Angela Merkel reiste am Montag nach Warschau.", "en": "Angela Merkel went to Warsaw on Monday."}
    for language, text in texts.items():
        (found,) = NamesExtractor().extract([Reading(text=text, language=language)])
        assert Span(0, 13, "person") in found.spans
        assert OwnRecognizer().model(language) == OWN_MODEL


def test_a_language_without_a_model_has_no_spans_and_no_model() -> None:
    (found,) = NamesExtractor().extract([Reading(text="Angela Merkel", language="tlh")])
    assert found.spans == ()
    assert OwnRecognizer().model("tlh") is None


def test_the_extractor_may_be_none() -> None:
    assert open_recognizer(EnrichSettings(extractor="none")) is None
    assert isinstance(open_recognizer(EnrichSettings()), OwnRecognizer)
