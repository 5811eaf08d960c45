"""`newsbeam tag` as a person and a script see it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from in_process import Command

STORY = (
    "Angela Merkel reiste am Montag nach Warschau. „Das war ein gutes und langes Gespräch“, sagte Merkel nach dem"
    " Treffen mit Donald Tusk. Die SPD sprach von einem Erfolg."
)
TOKENS = "Angela\nMerkel\nreiste\nnach\nWarschau\n.\n\nDie\nSPD\nschwieg\n.\n"
TAGGED = (
    "Angela\tB-PER\nMerkel\tI-PER\nreiste\tO\nnach\tO\nWarschau\tB-LOC\n.\tO\n\nDie\tO\nSPD\tB-ORG\nschwieg\tO\n.\tO\n"
)


@pytest.fixture
def story(tmp_path: Path) -> str:
    (tmp_path / "story.txt").write_text(STORY, encoding="utf-8")
    return "story.txt"


def piped(given: str | bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """The real command with this on its standard input."""
    content = given if isinstance(given, bytes) else given.encode()
    command = [sys.executable, "-m", "pipelines.cli", "tag", *arguments]
    return subprocess.run(command, input=content, capture_output=True, timeout=120, check=False, env={**os.environ})


def test_a_person_sees_who_and_what_is_named(newsbeam: Command, story: str) -> None:
    done = newsbeam("tag", story)
    assert (done.code, done.err) == (0, "")
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert lines[0].startswith("German (de), read by newsbeam-")
    assert lines[1] == "kind name country times first at"
    assert any(line.startswith("person Angela Merkel ") and line.endswith(" 2 0") for line in lines)
    assert any(line.startswith("organization SPD ") for line in lines)
    assert lines[-1].endswith("Gespräch” Angela Merkel")


def test_a_script_gets_one_object_whose_offsets_point_into_the_text(newsbeam: Command, story: str) -> None:
    found = json.loads(newsbeam("tag", story, "--json").out)
    assert set(found) == {"language", "model", "entities", "countries", "locations", "quotes"}
    surfaces = {
        (entity["name"], STORY[mention["start"] : mention["end"]])
        for entity in found["entities"]
        for mention in entity["mentions"]
    }
    assert {("Angela Merkel", "Merkel"), ("Warsaw", "Warschau"), ("SPD", "SPD")} <= surfaces
    assert found["countries"] == ["PL"]
    assert found["quotes"][0]["speaker"] == "Angela Merkel"


def test_without_an_extractor_the_gazetteer_is_left(newsbeam: Command, story: str) -> None:
    found = json.loads(newsbeam("tag", story, "--json", "--extractor", "none").out)
    assert [entity["kind"] for entity in found["entities"]] == ["place"]
    assert found["model"].startswith("gazetteer-")


def test_a_text_without_names_is_no_error(newsbeam: Command, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    done = newsbeam("tag", "empty.txt")
    assert (done.code, done.out) == (0, "")
    assert "no names found in this text" in done.err
    assert newsbeam("tag", "empty.txt", "--tokens").code == 0


def test_tokens_come_back_with_their_tags_line_for_line() -> None:
    done = piped(TOKENS, "--tokens", "-", "--language", "de")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == TAGGED


def test_other_columns_comments_and_blank_lines_change_nothing() -> None:
    given = "\ufeff# a comment\r\n\n" + TOKENS.replace("Merkel\n", "Merkel\tNE\tB-LOC\r\n").replace("\n\n", "\n \n\n")
    done = piped(given, "--tokens", "-", "--language", "de")
    expected = "# a comment\n\n" + TAGGED.replace("\n\n", "\n\n\n")
    assert done.stdout.decode().removeprefix("\ufeff") == expected


def test_as_many_lines_come_out_as_go_in_whatever_they_hold() -> None:
    odd = "#\n-DOCSTART- -X- O\n\t\nx\x85y\nb c d\n\u00a0\n\u2028\n\x00\n" + "a" * 5000 + "\n"
    done = piped(odd * 50, "--tokens", "-", "--language", "en")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(b"\n") == odd.count("\n") * 50
    assert done.stdout.startswith(b"#\tO\n-DOCSTART-\tO\n")


def test_the_language_of_tokens_is_detected() -> None:
    done = piped("Angela Merkel hat am Montag die polnische Hauptstadt besucht".replace(" ", "\n"), "--tokens", "-")
    assert done.stdout.decode().startswith("Angela\tB-PER\nMerkel\tI-PER\nhat\tO\n")


@pytest.mark.parametrize(
    ("given", "arguments", "said"),
    [
        (b"a\n\xff\n", ["--tokens", "--language", "de"], "standard input:2: byte 1 is not UTF-8"),
        (b"a\n\xff\n", [], "standard input:2: this is not UTF-8"),
        (b"1\n2\n", ["--tokens"], "the language can't be told from this text; name it with --language"),
        (b"a\n", ["--tokens", "--language", "tlh"], "there is no model for the language 'tlh', only for de, en"),
        (b"a\n", ["--tokens", "--extractor", "none", "--language", "de"], "choose one with --extractor"),
        (b"a\n", ["--extractor", "spacy"], "enrich.spacy names no pipeline"),
        (b"a\n", ["--tokens", "--json"], "does not go with --tokens"),
        (b"a" * 2_000_000, ["--tokens"], "standard input:1: a line of more than a megabyte"),
    ],
)
def test_what_can_not_be_read_is_one_line_and_exit_2(given: bytes, arguments: list[str], said: str) -> None:
    done = piped(given, "-", *arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert said in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1


def test_a_very_long_text_is_read_in_part_and_says_so(newsbeam: Command, tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text(STORY + "\n\n" + "Nichts geschah. " * 65_000, encoding="utf-8")
    done = newsbeam("tag", "long.txt", "--language", "de", "--json")
    assert (done.code, done.err.count("\n")) == (0, 1)
    assert "are looked for in its first 1,000,000" in done.err
    assert "Angela Merkel" in {entity["name"] for entity in json.loads(done.out)["entities"]}


def test_a_file_that_is_not_there_is_named(newsbeam: Command) -> None:
    done = newsbeam("tag", "nowhere.txt")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "nowhere.txt can't be read: No such file" in done.err


def test_a_user_s_aliases_say_what_a_name_is_shown_as(tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text("feeds: []\n")
    (tmp_path / "aliases.yaml").write_text("aliases:\n  - {name: The Captain, kind: person, also: [Jane Doe]}\n")
    (tmp_path / "text.txt").write_text("Officials said Jane Doe met Angela Merkel in Berlin on Monday.\n")
    command = [sys.executable, "-m", "pipelines.cli", "tag", str(tmp_path / "text.txt"), "--config", str(tmp_path)]
    done = subprocess.run([*command, "--json", "--language", "en"], capture_output=True, text=True, check=True)
    assert "The Captain" in done.stdout
    (tmp_path / "aliases.yaml").write_text("aliases:\n  - {nam: The Captain, kind: person}\n")
    wrong = subprocess.run(command, capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert "aliases.yaml:2:6: unknown key 'nam'; did you mean 'name'?" in wrong.stderr
