"""`newsbeam evaluate` as a person and a script see it."""

import json
from pathlib import Path

import pytest
from in_process import Command

GOLD = """# two sentences that no extractor gets wrong, and one name that is none
-DOCSTART- -X- O O

Angela B-PER
Merkel I-PER
reiste O
nach O
Warschau B-LOC
. O

Die O
SPD B-ORG
schwieg O
am O
Montag B-ORG
. O
"""


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    (tmp_path / "gold.conll").write_text(GOLD, encoding="utf-8")
    return tmp_path / "gold.conll"


def measured(newsbeam: Command, *arguments: str) -> dict[str, object]:
    done = newsbeam("evaluate", "gold.conll", "--language", "de", "--json", *arguments)
    assert done.code == 0, done.err
    report: dict[str, object] = json.loads(done.out)
    return report


def test_a_person_reads_precision_recall_and_f1(newsbeam: Command, gold: Path) -> None:
    done = newsbeam("evaluate", gold.name)
    assert (done.code, done.err) == (0, "")
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert lines[0].startswith("2 sentences, 12 tokens of de, read by newsbeam-")
    assert lines[0].endswith(" tokens a second")
    assert lines[1:] == [
        "precision recall F1 right found given",
        "PER 100.0 100.0 100.0 1 1 1",
        "ORG 100.0 50.0 66.7 1 1 2",
        "LOC 100.0 100.0 100.0 1 1 1",
        "together 100.0 75.0 85.7 3 3 4",
    ]


def test_a_script_gets_one_object(newsbeam: Command, gold: Path) -> None:  # noqa: ARG001
    report = measured(newsbeam)
    assert (report["language"], report["sentences"], report["tokens"], report["ignored"]) == ("de", 2, 12, {})
    assert report["kinds"]["ORG"] == {  # type: ignore[index]
        "right": 1,
        "found": 1,
        "given": 2,
        "precision": 100.0,
        "recall": 50.0,
        "f1": 66.67,
    }
    assert report["micro"]["f1"] == 85.71  # type: ignore[index]
    assert report["tokens_per_second"] > 0  # type: ignore[operator]


def test_kinds_choose_what_is_measured_together(newsbeam: Command, gold: Path) -> None:  # noqa: ARG001
    report = measured(newsbeam, "--kinds", "per,loc")
    assert list(report["kinds"]) == ["PER", "LOC"]  # type: ignore[call-overload]
    assert report["micro"]["f1"] == 100.0  # type: ignore[index]
    assert report["ignored"] == {"ORG": 2}


def test_other_columns_and_other_names_of_kinds_are_understood(newsbeam: Command, gold: Path) -> None:
    rows = [line.split(" ") for line in GOLD.splitlines()[3:]]
    kinds = {"PER": "person", "LOC": "location-city", "ORG": "organization-party"}
    with gold.open("w", encoding="utf-8") as out:
        for number, row in enumerate(rows, 1):
            tag = "".join(kinds.get(part, part) for part in row[-1].replace("-", "|-|").split("|"))
            out.write(f"{number}\t{row[0]}\t{tag}\t_\t-\n" if row[0] else "# no sentence\n\n")
    mapped = ["--map", "location-street=", "--map", "Location-*=LOC", "--map", "organization*=org"]
    done = newsbeam("evaluate", gold.name, "--language", "de", "--word-column", "2", "--column", "3", *mapped, "--json")
    assert json.loads(done.out)["micro"] == measured_micro(3, 3, 4)


def measured_micro(right: int, found: int, given: int) -> dict[str, float]:
    f1 = round(200 * right / (found + given), 2)
    return {
        "right": right,
        "found": found,
        "given": given,
        "precision": 100.0 * right / found,
        "recall": 100.0 * right / given,
        "f1": f1,
    }


@pytest.mark.parametrize(
    ("replaced", "by", "arguments", "said"),
    [
        ("SPD B-ORG", "SPD party", [], "gold.conll:12: 'party' is no tag like O, B-PER or I-PER; say with --column"),
        ("SPD B-ORG", "SPD", [], "gold.conll:12: there is no column 2, only 1"),
        ("SPD B-ORG", "SPD B-ORG", ["--column", "4"], "gold.conll:4: there is no column 4, only 2"),
        ("", "", ["--map", "person"], "write it as location-city=LOC"),
        ("", "", ["--kinds", ","], "--kinds names no kind"),
        ("", "", ["--kinds", "GPE"], "gold.conll: no name of GPE is annotated, only ORG, PER, LOC"),
        (GOLD, "\n", [], "gold.conll holds no sentence"),
    ],
)
def test_what_can_not_be_measured_is_one_line_with_place_and_cure(
    newsbeam: Command, gold: Path, replaced: str, by: str, arguments: list[str], said: str
) -> None:
    gold.write_text(GOLD.replace(replaced, by) if replaced else GOLD, encoding="utf-8")
    done = newsbeam("evaluate", gold.name, "--language", "de", *arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert said in done.err
