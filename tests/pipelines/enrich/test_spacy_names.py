"""spaCy as the one who finds names: installed or not, each language by its own pipeline."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from models.errors import SetupError
from models.settings import EnrichSettings
from pipelines.enrich import check_recognizer, open_enricher
from pipelines.enrich.base import Reading, Span
from pipelines.enrich.spacy_names import SpacyRecognizer

WITHOUT_SPACY = "spaCy is not installed; it is an extra"
RULES: list[dict[str, Any]] = [
    {"label": "PERSON", "pattern": "Jane Doe"},
    {"label": "GPE", "pattern": "Lisbon"},
    {"label": "DATE", "pattern": "Monday"},
    {"label": "ORG", "pattern": [{"ORTH": "Acme"}, {"IS_SPACE": True}]},
]


def settings(**pipelines: str) -> EnrichSettings:
    return EnrichSettings(extractor="spacy", spacy=pipelines)


@pytest.fixture
def with_spacy(monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as looking for it goes."""
    find_spec = importlib.util.find_spec

    def found(name: str, *arguments: Any) -> Any:
        return object() if name == "spacy" else find_spec(name, *arguments)

    monkeypatch.setattr(importlib.util, "find_spec", found)


@pytest.fixture
def pipeline(tmp_path: Path) -> str:
    """The directory of a pipeline that knows three names by heart."""
    spacy = pytest.importorskip("spacy", reason=WITHOUT_SPACY)
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("entity_ruler").add_patterns(RULES)
    nlp.meta["name"], nlp.meta["version"] = "by_heart", "1.2.3"
    nlp.to_disk(tmp_path / "by-heart")
    return str(tmp_path / "by-heart")


def test_spacy_without_a_pipeline_is_a_wrong_set_up() -> None:
    with pytest.raises(SetupError, match=r"enrich\.spacy names no pipeline; write one for each language"):
        check_recognizer(settings())


def test_missing_spacy_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(SetupError, match=r"-m pip install 'newsbeam\[spacy\]'$"):
        check_recognizer(settings(de="de_core_news_sm"))


@pytest.mark.usefixtures("with_spacy")
@pytest.mark.parametrize("name", ["xx_core_news_sm", "no/such/directory", "not-a-module.at-all", "tests"])
def test_a_missing_pipeline_is_named_with_the_command_that_installs_it(name: str) -> None:
    with pytest.raises(SetupError, match=rf"enrich\.spacy\.de: the pipeline '{name}' is not installed; .* {name}$"):
        open_enricher(settings(de=name))


@pytest.mark.usefixtures("with_spacy")
@pytest.mark.parametrize(
    ("meta", "said"),
    [
        (json.dumps({"pipeline": ["tagger", "parser"]}), "finds no names; choose a pipeline that has 'ner'"),
        ("{", "is no spaCy pipeline"),
        ("[]", "is no spaCy pipeline"),
        ("{}", "is no spaCy pipeline"),
    ],
)
def test_a_pipeline_that_finds_no_names_is_a_wrong_set_up(tmp_path: Path, meta: str, said: str) -> None:
    (tmp_path / "meta.json").write_text(meta)
    with pytest.raises(SetupError, match=said):
        check_recognizer(settings(de=str(tmp_path)))


def test_nothing_is_looked_for_unless_spacy_is_chosen() -> None:
    check_recognizer(EnrichSettings(spacy={"de": "no_such_pipeline"}))


def test_spans_point_at_the_names_and_dates_are_none(pipeline: str) -> None:
    text = "Jane Doe of Acme\n went to Lisbon on Monday."
    ((spans), nothing) = SpacyRecognizer({"en": pipeline}).spans([text, ""], "en")
    assert nothing == ()
    assert [(text[span.start : span.end], span.kind) for span in spans] == [
        ("Jane Doe", "person"),
        ("Acme", "organization"),
        ("Lisbon", "place"),
    ]


def test_a_long_text_goes_through_in_pieces_with_offsets_that_fit(pipeline: str) -> None:
    text = "\n\n".join(f"This is paragraph {number}, and Jane Doe wrote it." for number in range(3000))
    (spans,) = SpacyRecognizer({"en": pipeline}).spans([text], "en")
    assert len(spans) == 3000
    assert {text[start:end] for start, end, _ in spans} == {"Jane Doe"}


def test_tags_stand_at_the_given_tokens(pipeline: str) -> None:
    recognizer = SpacyRecognizer({"en": pipeline})
    sentences = [["Jane", "Doe", "in", "Lisbon", "on", "Monday"], [], ["", "Lisbon"]]
    assert recognizer.tag(sentences, "en") == [["B-PER", "I-PER", "O", "B-LOC", "O", "O"], [], ["O", "B-LOC"]]


def test_a_language_without_a_pipeline_has_no_names(pipeline: str) -> None:
    recognizer = SpacyRecognizer({"en": pipeline})
    assert recognizer.spans(["Jane Doe"], "de") == [()]
    assert recognizer.tag([["Jane", "Doe"]], "de") == [["O", "O"]]
    assert recognizer.model("de") is None


def test_the_enricher_reads_by_the_pipeline_and_says_so(pipeline: str) -> None:
    enricher = open_enricher(settings(en=pipeline))
    (found,) = enricher.read([Reading(text="Jane Doe went to Lisbon.", language="en")])
    assert found.spans == (Span(0, 8, "person"), Span(17, 23, "place"))
    assert {entity.name for entity in found.entities} >= {"Jane Doe", "Lisbon"}
    assert enricher.model("en").startswith("en_by_heart-1.2.3+")
    assert enricher is open_enricher(settings(en=pipeline))


def test_a_pipeline_that_is_broken_says_so(pipeline: str) -> None:
    Path(pipeline, "config.cfg").unlink()
    with pytest.raises(SetupError, match="can't be loaded"):
        open_enricher(settings(en=pipeline)).read([Reading(text="Jane Doe", language="en")])
