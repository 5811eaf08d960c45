"""The extractor reaches on hand-annotated sentences what it must; the floor lies well below what it did reach."""

from pathlib import Path

import pytest

from models.settings import EnrichSettings
from pipelines.enrich import open_recognizer
from pipelines.enrich.columns import read_rows
from pipelines.enrich.evaluation import Annotated, evaluate, read_annotated

GOLD = Path(__file__).resolve().parents[2] / "gold"
FLOORS = {"de": 78.0, "en": 80.0}


def annotated(language: str) -> list[Annotated]:
    path = GOLD / f"{language}.conll"
    with path.open("rb") as lines:
        return read_annotated(read_rows(lines, path.name), path.name, {})


@pytest.mark.parametrize("language", FLOORS)
def test_the_sample_is_whole(language: str) -> None:
    sentences = annotated(language)
    assert len(sentences) == 100
    tags = {tag for sentence in sentences for tag in sentence.tags}
    assert tags == {"O", *(f"{part}-{kind}" for part in "BI" for kind in ("PER", "ORG", "LOC", "MISC"))}


@pytest.mark.parametrize("language", FLOORS)
def test_own_models_find_the_names_of_the_sample(language: str) -> None:
    recognizer = open_recognizer(EnrichSettings())
    assert recognizer is not None
    done = evaluate(recognizer, language, annotated(language))
    assert done.micro.f1 >= FLOORS[language]
    assert min(score.f1 for score in done.kinds.values()) >= FLOORS[language] - 10
