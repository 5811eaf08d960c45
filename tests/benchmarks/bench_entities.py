"""Names in texts: quality and speed of Newsbeam's own models beside spaCy's pipelines and Stanford's classifiers.

`python -m tests.benchmarks entities`; with `--draw` the figures and the plot in `docs/` are written anew. The others
run where they are: NEWSBEAM_BENCH_SPACY names a Python with spaCy and pipelines, NEWSBEAM_BENCH_STANFORD a directory
with CoreNLP's jar and classifiers. NEWSBEAM_TEST_DATA names texts and annotated sets.
"""

import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipelines.enrich.columns import read_rows
from pipelines.enrich.evaluation import KINDS, Annotated, read_annotated
from pipelines.enrich.scores import score, together
from pipelines.enrich.spacy_names import tag_of
from pipelines.enrich.tagger.tokens import sentences
from tests.benchmarks.corpus import ARTICLES, ROOT, WRITTEN
from tests.benchmarks.plot import Panel, Point, draw
from tests.collected import COLLECTED

LANGUAGES = {"de": "German", "en": "English"}
OWN, SAMPLE = "Newsbeam", "news sample"
CLASSIFIERS = {"de": "german.distsim.crf.ser.gz", "en": "english.all.3class.distsim.crf.ser.gz"}
TEXTS, SOURCES = 300, ("10kGNAD", "bbc2004")
PROGRAM = Path(__file__).with_name("taggers.py")
PAGE, PLOT = ROOT / "docs" / "entities.md", ROOT / "docs" / "entities.svg"
BORDERS = ("<!-- measured -->", "<!-- /measured -->")
ONE_CORE = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True)
class System:
    """Something that finds names in one language: the program that runs it, and its model."""

    name: str
    language: str
    python: str
    kind: str
    model: str


@dataclass(frozen=True)
class Result:
    """F1 on each set, and how much it read in a second of one core."""

    system: System
    scores: dict[str, float]
    tokens: float
    articles: float | None


def bench_entities(console: Console, write: bool) -> None:
    """Print a table for each language; with `write`, the page and the plot too."""
    systems, missing = find_systems()
    results: list[Result] = []
    for language, name in LANGUAGES.items():
        sets, texts = gold(language), articles(language)
        console.print(f"\n[bold]Names in {name} texts[/bold]", highlight=False)
        console.print(", ".join(f"{set_name}: {len(rows):,} sentences" for set_name, rows in sets.items()))
        found = [measure(system, sets, texts) for system in systems if system.language == language]
        console.print(_table(found, list(sets)))
        results += found
    for reason in missing:
        console.print(f"Left out: {reason}", highlight=False)
    if write:
        PLOT.write_text(draw(list(_panels(results))), "utf-8")
        before, rest = PAGE.read_text("utf-8").split(BORDERS[0])
        behind = rest.split(BORDERS[1])[1]
        PAGE.write_text(before + "\n".join([BORDERS[0], *_markdown(results), BORDERS[1]]) + behind, "utf-8")
        console.print(f"written: {PLOT.relative_to(ROOT)}, {PAGE.relative_to(ROOT)}")


def find_systems() -> tuple[list[System], list[str]]:
    """What can be run here, and why the rest can't."""
    found = [System(OWN, language, sys.executable, "newsbeam", language) for language in LANGUAGES]
    missing = []
    if python := os.environ.get("NEWSBEAM_BENCH_SPACY"):
        listed = subprocess.run([python, PROGRAM, "pipelines"], capture_output=True, text=True, check=True)
        for name, folder in sorted(json.loads(listed.stdout).items()):
            plain = re.match(r"[a-z]+_core_[a-z]+_[a-z]+(?=_|$)", name)
            found.append(System(f"spaCy {plain[0] if plain else name}", name[:2], python, "spacy", folder))
    else:
        missing.append("spaCy (NEWSBEAM_BENCH_SPACY names no Python that has it)")
    if folder := os.environ.get("NEWSBEAM_BENCH_STANFORD"):
        for language, file in CLASSIFIERS.items():
            found.append(System("Stanford CRF", language, sys.executable, "stanford", str(Path(folder, file))))
    else:
        missing.append("Stanford's CRF (NEWSBEAM_BENCH_STANFORD names no directory with its classifiers)")
    return found, missing


def gold(language: str) -> dict[str, list[Annotated]]:
    """Annotated sentences that no model of ours has learnt from: the sample in tests/gold, then the collections."""
    path = ROOT / "tests" / "gold" / f"{language}.conll"
    with path.open("rb") as lines:
        sets = {SAMPLE: read_annotated(read_rows(lines, path.name), path.name, {})}
    if (COLLECTED / "ner").is_dir():
        from pipelines.training.gold import read_gold

        for part in read_gold(COLLECTED, language):
            sets[part.name] = [Annotated(list(words), list(tags)) for words, tags in part.measure]
    return sets


def articles(language: str) -> list[str]:
    """Texts to measure the speed with."""
    path = ARTICLES if ARTICLES.is_file() else WRITTEN
    with gzip.open(path, "rt", encoding="utf-8") if path is ARTICLES else path.open(encoding="utf-8") as lines:
        records = (json.loads(line) for line in lines)
        wanted = (
            str(record["text"])
            for record in records
            if path is WRITTEN or (record["source"] in SOURCES and record["lang"] == language)
        )
        return list(islice(wanted, TEXTS))


def measure(system: System, sets: dict[str, list[Annotated]], texts: Sequence[str]) -> Result:
    """One system in a process of its own."""
    tokens = [sentence.words for text in texts for sentence in sentences(text, system.language)]
    given = {"gold": {name: [row.words for row in rows] for name, rows in sets.items()}, "tokens": tokens}
    with tempfile.TemporaryDirectory(prefix="newsbeam-benchmark-") as folder:
        before, after = Path(folder, "given.json"), Path(folder, "found.json")
        before.write_text(json.dumps({**given, "texts": list(texts)}), "utf-8")
        command = [system.python, str(PROGRAM), system.kind, system.model, str(before), str(after)]
        subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, **ONE_CORE, "PYTHONPATH": _path(system)})
        found = json.loads(after.read_text("utf-8"))
    scores = {}
    for name, rows in sets.items():
        tags = [[_own(tag) for tag in row] for row in found["tags"][name]]
        scores[name] = together(score([row.tags for row in rows], tags, KINDS).values()).f1
    seconds = found["texts_seconds"]
    read = sum(map(len, tokens)) / found["tokens_seconds"]
    return Result(system, scores, read, len(texts) / seconds if seconds else None)


def _path(system: System) -> str:
    return str(ROOT) if system.python == sys.executable else ""


def _own(tag: str) -> str:
    prefix, _, label = tag.partition("-")
    named = tag_of(label)
    return f"{prefix}-{named}" if named else "O"


def _rows(results: Sequence[Result]) -> Iterator[tuple[Result, list[str]]]:
    """The cells that tables and the page share; times are those of the language's fastest spaCy pipeline."""
    for result in results:
        others = [one for one in results if one.system.kind == "spacy"]
        fastest = max((one.tokens for one in others), default=None)
        times = f"{result.tokens / fastest:.1f}" if fastest else "–"
        speed = f"{result.articles:,.0f}" if result.articles else "–"
        scores = [f"{score:.1f}" for score in result.scores.values()]
        yield result, [*scores, f"{result.tokens:,.0f}", times, speed]


HEAD = ("tokens/s", "times spaCy's fastest", "articles/s")


def _table(results: Sequence[Result], sets: Sequence[str]) -> Table:
    table = Table()
    table.add_column("what")
    for column in (*(f"F1 {name}" for name in sets), *HEAD):
        table.add_column(column, justify="right")
    for result, cells in _rows(results):
        table.add_row(result.system.name, *cells)
    return table


def _markdown(results: Sequence[Result]) -> Iterator[str]:
    for language, name in LANGUAGES.items():
        found = [result for result in results if result.system.language == language]
        sets = list(found[0].scores)
        head = [name, *(f"F1, {set_name}" for set_name in sets), *HEAD]
        yield f"\n| {' | '.join(head)} |"
        yield f"|---|{'---:|' * (len(head) - 1)}"
        for result, cells in _rows(found):
            yield f"| {result.system.name} | {' | '.join(cells)} |"
    yield ""


def _panels(results: Sequence[Result]) -> Iterator[Panel]:
    for language, name in LANGUAGES.items():
        found = [result for result in results if result.system.language == language]
        first, second = [*found[0].scores, SAMPLE][:2]
        yield Panel(
            name,
            first,
            second,
            [
                Point(one.system.name, one.tokens, one.scores[first], one.scores[second], one.system.name == OWN)
                for one in found
            ],
        )
