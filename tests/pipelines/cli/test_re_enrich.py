"""`newsbeam index re-enrich` as a person and a script see it."""

import json
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from articles import article_id, make_draft
from command import Newsbeam, write_feeds
from in_process import Command

from models.article import Entity
from models.errors import EnrichError
from models.settings import Settings
from pipelines import enrich
from pipelines.enrich import Enricher
from pipelines.enrich.base import Reading
from pipelines.stores import open_store

MANY = 1500
STORY = "Angela Merkel met the mayor of Hamburg on Monday. The harbour of Hamburg will grow, Angela Merkel said. "


class _Names:
    def extract(self, readings: Sequence[Reading]) -> list[Reading]:
        if any("<b>" in reading.text for reading in readings):
            raise EnrichError("A text with\x1b[31m tags.")
        soldier = Entity(name="Soldaten", kind="organization", mentions=())
        return [
            reading.model_copy(update={"entities": (soldier,)}) if "Soldaten" in reading.text else reading
            for reading in readings
        ]


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrich, "open_enricher", lambda _: Enricher({"people": _Names}))


def test_a_person_reads_what_came_of_it(newsbeam: Command, filled: str) -> None:
    done = newsbeam("index", "re-enrich", "--index", filled)
    assert (done.code, done.err) == (0, "")
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert lines[0].startswith("3 articles read in ")
    assert lines[1:] == [
        "2 changed written again",
        "1 failed stay as they were",
        "1 A text with[31m tags.",
    ]
    again = newsbeam("index", "re-enrich", "--index", filled)
    assert "2  unchanged  found the same as before, nothing written" in again.out
    assert newsbeam("search", "organizations:soldaten", "--index", filled).out.count("Soldaten in Kursk") == 1


def test_a_script_reads_one_object(newsbeam: Command, filled: str) -> None:
    done = newsbeam("index", "re-enrich", "soldaten", "--language", "de", "--json", "--index", filled)
    report = json.loads(done.out)
    assert (done.code, report["exit_code"], report["exit_reason"]) == (0, 0, "done")
    assert [report[name] for name in ("read", "changed", "unchanged", "stale", "failed")] == [1, 1, 0, 0, 0]
    again = json.loads(newsbeam("index", "re-enrich", "--json", "--again", "--index", filled).out)
    assert (again["changed"], again["failed"]) == (2, 1)


def test_a_query_that_makes_no_sense_is_wrong_usage(newsbeam: Command, filled: str) -> None:
    done = newsbeam("index", "re-enrich", "peple:kim", "--index", filled)
    assert (done.code, done.out) == (2, "")
    assert "did you mean people?" in done.err


def test_a_signal_from_outside_ends_it_with_75_and_the_next_one_does_the_rest(tmp_path: Path) -> None:
    write_feeds(tmp_path / "config", {})
    newsbeam = Newsbeam(tmp_path / "config", str(tmp_path / "index"))
    index, state = open_store(Settings(index=newsbeam.index))
    state.setup()
    index.setup()
    index.write([make_draft(f"a{number}", body=STORY * 4) for number in range(MANY)])
    index.refresh()
    ids = [article_id(f"a{number}") for number in range(MANY)]
    before = {id_: known.version for id_, known in index.known(ids).items()}

    def written() -> int:
        index.refresh()
        return sum(known.version != before[id_] for id_, known in index.known(ids).items())

    process = newsbeam.start("index", "re-enrich", "--json")
    while not (early := written()) and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    out, said = process.communicate(timeout=60)
    assert 0 < early < MANY
    report = json.loads(out)
    assert (process.returncode, report["exit_code"]) == (75, 75)
    assert said == "newsbeam: stopped by SIGTERM before the end; nothing is lost, run it again\n"
    assert early <= report["changed"] == written() < MANY

    rest = json.loads(newsbeam("index", "re-enrich", "--json").stdout)
    assert (rest["exit_code"], rest["read"]) == (0, MANY)
    assert (rest["changed"], rest["unchanged"]) == (MANY - report["changed"], report["changed"])
    assert written() == MANY
    assert len(newsbeam.articles()) == MANY
    index.close()
    state.close()
