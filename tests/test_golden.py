"""Every seed becomes the records that stand in tests/golden; `make golden` writes them anew."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models.article import Article, Dateline
from models.outcome import Failure
from models.settings import Configuration
from pipelines.preview import preview

ROOT = Path(__file__).resolve().parents[1]
SEEDS, GOLDEN = ROOT / "seeds", ROOT / "tests" / "golden"
NAMES = [path.relative_to(SEEDS).as_posix() for path in sorted(SEEDS.rglob("*")) if path.is_file()]
CURE = "run `make golden`, read what changed with `git diff tests/golden`, and commit it with your change"


def records(name: str) -> list[dict[str, Any]]:
    """What the seed gives, without what differs from run to run, from place to place or from version to version.

    The body is shown by paragraph and a mention with its words, so that a difference can be read.
    """
    return [_lasting(record) for record in preview(Configuration(), [str(SEEDS / name)])]


def golden(name: str) -> Path:
    return GOLDEN / f"{name}.json"


def _lasting(record: Article | Failure) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(record.model_dump_json().replace(f"{ROOT}/", ""))
    if isinstance(record, Article):
        if record.timestamp == record.first_seen_at:
            told["timestamp"] = "first_seen_at"
        if record.url is None:
            told["id"] = "from the file's path"
        told["body"] = record.body.split("\n\n")
        for entity, shown in zip(record.entities, told["entities"], strict=True):
            shown["mentions"] = [
                f"{mention.start}-{mention.end} {record.body[mention.start : mention.end]}"
                for mention in entity.mentions
            ]
        del told["fetched_at"], told["first_seen_at"], told["version"], told["pipeline"]
    else:
        del told["id"], told["first_failed_at"], told["last_failed_at"], told["newsbeam"]
    return told


def _written(told: list[dict[str, Any]]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_becomes_its_golden_records(name: str) -> None:
    assert golden(name).is_file(), f"seeds/{name} has no golden record: {CURE}"
    expected = json.loads(golden(name).read_text(encoding="utf-8"))
    assert records(name) == expected, f"seeds/{name} reads differently now: if that is meant, {CURE}"


def test_every_golden_record_has_its_seed() -> None:
    found = {path.relative_to(GOLDEN).as_posix() for path in GOLDEN.rglob("*") if path.is_file()}
    assert found == {f"{name}.json" for name in NAMES}, CURE


def test_no_seed_ends_as_a_dead_letter() -> None:
    failed = [name for name in NAMES if any("reason" in record for record in json.loads(golden(name).read_text()))]
    assert not failed


def test_the_german_wire_story_without_a_headline_is_understood() -> None:
    (story,) = preview(Configuration(), [str(SEEDS / "000_d167ea77ea0d49e4.txt")])
    assert isinstance(story, Article)
    assert story.language == "de"
    assert story.updated_at == datetime(2025, 4, 28, 7, tzinfo=UTC)  # 03:00 ET in April is UTC-4
    assert story.updated_at_raw == "28. April 2025, 03:00 Uhr ET"
    assert story.dateline == Dateline(place="TAIPEI", country="TW")
    assert story.editors == ("Mike Firn", "Stephen Wright")
    assert story.update_note is not None
    assert story.update_note.startswith("Aktualisiert, um Kommentare")
    assert story.title.startswith("Nordkorea hat am Montag")
    assert len(story.title) <= 120
    assert story.body.startswith("Nordkorea hat am Montag")
    assert story.body.endswith("Wege für das Engagement.")
    assert {"KP", "RU", "UA", "KR", "US", "TW"} <= set(story.countries)


def write() -> None:
    """Write every golden record anew, and remove those whose seed is gone; nothing is touched before all are read."""
    written = {golden(name): _written(records(name)) for name in NAMES}
    for path in GOLDEN.rglob("*.json"):
        path.unlink()
    for path, text in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
