"""The lists of synonyms: ours, a user's over them, and what is wrong in a file."""

import os
from pathlib import Path

import pytest

from models.synonyms import Synonyms
from pipelines.configuration.synonyms import load_synonyms
from pipelines.index.synonyms import packaged_synonyms


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "synonyms").mkdir()
    return tmp_path


def said(home: Path) -> list[str]:
    _, problems = load_synonyms(home)
    return [str(problem).replace(f"{home}/", "") for problem in problems]


def loaded(home: Path) -> Synonyms:
    synonyms, problems = load_synonyms(home)
    assert not problems
    assert synonyms is not None
    return synonyms


def lines(synonyms: Synonyms, language: str) -> set[str]:
    return {rule.line for rule in synonyms[language]}


def test_without_files_ours_hold(home: Path, tmp_path: Path) -> None:
    assert load_synonyms(home) == (None, [])
    assert load_synonyms(tmp_path / "elsewhere") == (None, [])


def test_a_line_of_the_users_takes_the_place_of_ours_that_share_a_word(home: Path) -> None:
    (home / "synonyms/de.txt").write_text("\ufeffEZB, Notenbank  # ours\r\n\r\n#\r\nFed => Fed, US-Notenbank\r\n")
    found, ours = loaded(home), packaged_synonyms()
    assert {"EZB, Notenbank", "Fed => Fed, US-Notenbank"} <= lines(found, "de")
    assert "EZB, Europäische Zentralbank" in lines(ours, "de") - lines(found, "de")
    assert found["en"] == ours["en"]


def test_a_word_alone_takes_it_out_of_every_group(home: Path) -> None:
    (home / "synonyms/de.txt").write_text("ezb\n")
    assert not any("EZB" in line for line in lines(loaded(home), "de"))


def test_a_language_without_a_list_of_ours_may_have_one(home: Path) -> None:
    (home / "synonyms/fr.txt").write_text("ONU, Nations unies\n")
    assert lines(loaded(home), "fr") == {"ONU, Nations unies"}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"EZB, Zentralbank\nUN => UNO => VN\n", "synonyms/de.txt:2:1: has two arrows; write one line for each"),
        (b"EZB,, Zentralbank\n", "synonyms/de.txt:1:1: has a comma or an arrow with no word beside it; write EZB, "),
        (b"EZB, ---\n", "synonyms/de.txt:1:1: has '---', in which there is no letter or digit; leave it out"),
        (b"EZB, A\\,B\n", "has a backslash in"),
        (b"EZB, " + b"a" * 121 + b"\n", "has a term of 121 characters; at most 120 are read"),
        ("Türkei, Türkiye".encode("latin-1"), "synonyms/de.txt: is not UTF-8 at byte 1; save it as UTF-8"),
        (b"".join(b"a%d, b%d\n" % (n, n) for n in range(11_000)), "rules; 10,000 fit"),
    ],
)
def test_a_line_that_means_nothing_is_said_with_its_place(home: Path, content: bytes, problem: str) -> None:
    (home / "synonyms/de.txt").write_bytes(content)
    (found,) = said(home)
    assert problem in found


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("de.TXT", "is not named after a language with synonyms, and .txt; did you mean de.txt?"),
        ("fr.csv", "is not named after a language with synonyms, and .txt; did you mean fr.txt?"),
        ("deutsch.txt", "is not named after a language with synonyms, and .txt;"),
        ("ja.txt", "is not named after a language with synonyms, and .txt;"),
    ],
)
def test_a_file_of_another_name_is_no_list(home: Path, name: str, problem: str) -> None:
    (home / "synonyms" / name).write_text("a, b\n")
    (found,) = said(home)
    assert found.startswith(f"synonyms/{name}: {problem}")


def test_other_files_beside_the_lists_are_left_alone(home: Path) -> None:
    (home / "synonyms/README.md").write_text("What stands here.")
    assert load_synonyms(home) == (None, [])


def test_what_is_no_file_is_said_and_not_waited_for(home: Path) -> None:
    os.mkfifo(home / "synonyms/de.txt")
    (home / "synonyms/en.txt").mkdir()
    (home / "synonyms/fr.txt").symlink_to("nowhere")
    is_none = "is no file; put one in its place, or remove it"
    assert said(home) == [f"synonyms/{code}.txt: {is_none}" for code in ("de", "en", "fr")]


def test_a_file_in_place_of_the_directory_is_said(tmp_path: Path) -> None:
    (tmp_path / "synonyms").write_text("a, b\n")
    assert said(tmp_path) == ["synonyms: is no directory that can be read (Not a directory)"]
