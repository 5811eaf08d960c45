"""Which extractor finds the names is a setting, checked before anything else happens."""

from pathlib import Path

import pytest
from in_process import Command

STORY = "Angela Merkel reiste am Montag nach Warschau. Die SPD schwieg dazu, wie aus Berlin zu hören war."


@pytest.fixture(autouse=True)
def _written(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "story.txt").write_text(STORY, encoding="utf-8")


def choose(tmp_path: Path, enrich: str) -> None:
    (tmp_path / "config/newsbeam.yaml").write_text(f"index: index\nenrich: {enrich}\n")


@pytest.mark.parametrize("command", ["run", "preview", "tag", "evaluate"])
def test_what_is_not_installed_ends_with_2_before_anything_is_read(
    newsbeam: Command, tmp_path: Path, command: str
) -> None:
    choose(tmp_path, "{extractor: spacy, spacy: {de: xx_core_news_sm}}")
    (tmp_path / "gold.conll").write_text("Angela\tB-PER\n")
    done = newsbeam(command, "gold.conll" if command == "evaluate" else "story.txt")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "is not installed; run " in done.err
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize(
    "enrich",
    ["{extractor: spaci}", "{spacy: {German: de_core_news_sm}}", "{spacy: de_core_news_sm}", "{exractor: none}"],
)
def test_a_slip_in_the_settings_is_a_problem_with_its_line(newsbeam: Command, tmp_path: Path, enrich: str) -> None:
    choose(tmp_path, enrich)
    done = newsbeam("tag", "story.txt")
    assert done.code == 2
    assert "newsbeam.yaml:2:" in done.err


def test_without_an_extractor_a_run_finds_places_only(newsbeam: Command, tmp_path: Path) -> None:
    choose(tmp_path, "{extractor: none}")
    assert newsbeam("run", "story.txt").code == 0
    assert newsbeam("search", "places:Warsaw").out.count("story") >= 1
    assert newsbeam("search", "people:Merkel").out.startswith("Nothing found")


def test_a_run_finds_people_and_organizations_unless_told_otherwise(newsbeam: Command, tmp_path: Path) -> None:
    choose(tmp_path, "{}")
    assert newsbeam("run", "story.txt").code == 0
    assert newsbeam("search", 'people:"Angela Merkel" AND organizations:SPD').out.count("story") >= 1
