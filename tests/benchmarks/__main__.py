"""`make bench`: speed end to end against two baselines, time per stage, peak memory, the second run, and entities.

`make bench ONLY="speed memory"` runs single parts. Figures are medians; ratios are against runs in the same call.
"""

import argparse
import contextlib
import os
import platform
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks.baselines import bulk_seconds
from tests.benchmarks.bench_entities import bench_entities
from tests.benchmarks.bench_language import CANDIDATES, compare
from tests.benchmarks.command import Run, measure, newsbeam_run
from tests.benchmarks.corpus import Corpus, make_corpus
from tests.benchmarks.places import Place, Places
from tests.benchmarks.relevance import bench_relevance

WORKERS = (1, 2)
THREADS = 2
MIB = 2**20


class Bench:
    """The parts, over corpora in one directory; each prints its table."""

    def __init__(self, console: Console, directory: Path, places: Places, options: argparse.Namespace) -> None:
        self.console = console
        self.directory = directory
        self.places = places
        self.options = options

    def speed(self) -> None:
        """Articles a second, the whole command timed, against what a user would do without Newsbeam."""
        corpus = self.corpus(self.options.articles)
        self._title("Speed, the whole command", corpus)
        table = _table("what", "workers", "seconds", "articles/s", "of parallel_bulk", "of the loop")
        server = self.places.elasticsearch
        bulk = self._bulk(corpus, server) if server else None
        loop = self._loop(corpus, server) if server else None
        for place in self.places.all:
            for workers in WORKERS:
                seconds = median(self._run(corpus, place, workers).seconds for _ in range(self.options.repeats))
                _row(table, corpus, f"newsbeam run, {place.name}", workers, seconds, bulk, loop)
        if server:
            _row(table, corpus, f"parallel_bulk, ready-made, {THREADS} threads", "", bulk, bulk, loop)
            _row(table, corpus, "plain loop: json, pydantic, streaming_bulk", "", loop, bulk, loop)
        self.console.print(table)

    def stages(self) -> None:
        """Where the time goes, in one process."""
        corpus = self.corpus(self.options.articles)
        self._title("Time per stage, one process", corpus)
        runs = {place.name: self._run(corpus, place, 1) for place in self.places.all}
        table = _table("stage", *(f"{name}, s" for name in runs))
        for stage in next(iter(runs.values())).report["stage_seconds"]:
            table.add_row(stage, *(f"{run.report['stage_seconds'].get(stage, 0):.2f}" for run in runs.values()))
        between = [run.working_seconds - sum(run.report["stage_seconds"].values()) for run in runs.values()]
        table.add_row("between the stages", *(f"{seconds:.2f}" for seconds in between))
        table.add_row("process start and end", *(f"{run.seconds - run.working_seconds:.2f}" for run in runs.values()))
        table.add_row("whole command", *(f"{run.seconds:.2f}" for run in runs.values()))
        self.console.print(table)

    def memory(self) -> None:
        """Peak of resident memory over all processes; it must not grow with the corpus."""
        small, large = self.corpus(self.options.articles), self.corpus(self.options.many)
        self._title("Peak memory", small, large)
        table = _table("index", "workers", f"{small.articles:,}, MiB", f"{large.articles:,}, MiB", "ratio")
        for place in self.places.all:
            for workers in WORKERS:
                before, after = (self._run(corpus, place, workers).measured.peak for corpus in (small, large))
                table.add_row(
                    place.name, str(workers), f"{before / MIB:.0f}", f"{after / MIB:.0f}", f"{after / before:.2f}"
                )
        self.console.print(table)

    def second(self) -> None:
        """A second run over what has not changed, the start of the process apart."""
        corpus = self.corpus(self.options.articles)
        self._title("Second run, nothing changed, process start apart", corpus)
        table = _table("index", "workers", "first, s", "second, s", "times faster")
        for place in self.places.all:
            for workers in WORKERS:
                with place.fresh() as index:
                    first, again = (newsbeam_run(corpus, index, workers) for _ in range(2))
                if again.report["totals"]["unchanged"] != corpus.articles:
                    raise SystemExit(f"the second run was to write nothing: {again.report['totals']}")
                once, twice = first.working_seconds, again.working_seconds
                table.add_row(place.name, str(workers), f"{once:.2f}", f"{twice:.2f}", f"{once / twice:.1f}")
        self.console.print(table)

    def entities(self) -> None:
        """Names in texts: how well and how fast, beside what else finds them."""
        bench_entities(self.console, self.options.draw)

    def language(self) -> None:
        """How well and how fast languages are told apart, by what is installed."""
        self._title("Language detection")
        compare(list(CANDIDATES))

    def relevance(self) -> None:
        """How good the first hits are, by judged queries."""
        bench_relevance(self.console, self.places)

    def forever(self) -> None:
        """What a run without end holds, cycle after cycle."""
        from tests.benchmarks.forever import bench_forever  # it imports Beam

        bench_forever(self.console, self.options.cycles)

    def corpus(self, articles: int) -> Corpus:
        return make_corpus(self.directory, articles)

    def _title(self, title: str, *corpora: Corpus) -> None:
        self.console.print(f"\n[bold]{title}[/bold]", *map(str, corpora), sep="\n", highlight=False)

    def _run(self, corpus: Corpus, place: Place, workers: int) -> Run:
        with place.fresh() as index:
            return newsbeam_run(corpus, index, workers)

    def _bulk(self, corpus: Corpus, server: Place) -> float:
        assert server.url is not None
        bulk_seconds(corpus, server.url, "benchmark-bulk", THREADS)  # the server is slow until it has warmed up
        url = server.url
        return median(bulk_seconds(corpus, url, "benchmark-bulk", THREADS) for _ in range(self.options.repeats))

    def _loop(self, corpus: Corpus, server: Place) -> float:
        assert server.url is not None
        command = [sys.executable, "-m", "tests.benchmarks.baselines", str(corpus.path), server.url, "benchmark-loop"]
        return median(measure(command).seconds for _ in range(self.options.repeats))


PARTS = {
    "speed": Bench.speed,
    "stages": Bench.stages,
    "memory": Bench.memory,
    "second": Bench.second,
    "entities": Bench.entities,
    "language": Bench.language,
    "relevance": Bench.relevance,
    "forever": Bench.forever,
}


def _table(first: str, *columns: str) -> Table:
    table = Table()
    table.add_column(first)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _row(
    table: Table, corpus: Corpus, what: str, workers: Any, seconds: float | None, bulk: float | None, loop: float | None
) -> None:
    if seconds is None:
        return
    shares = ("–" if other is None else f"{other / seconds:.2f}" for other in (bulk, loop))
    table.add_row(what, str(workers), f"{seconds:.2f}", f"{corpus.articles / seconds:,.0f}", *shares)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all of them by default")
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--many", type=int, default=100_000, help="the large corpus of the memory part")
    parser.add_argument("--repeats", type=int, default=3, help="of the speed part")
    parser.add_argument("--cycles", type=int, default=2000, help="of the forever part")
    parser.add_argument("--draw", action="store_true", help="write the figures and the plot of entities into docs/")
    options = parser.parse_args()
    if unknown := set(options.parts) - PARTS.keys():
        parser.error(f"there is no part {', '.join(sorted(unknown))}; choose from {', '.join(PARTS)}")
    console = Console(width=None if sys.stdout.isatty() else 130)
    with contextlib.ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newsbeam-benchmark-")))
        bench = Bench(console, directory, Places(stack), options)
        console.print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}")
        for part in options.parts or PARTS:
            PARTS[part](bench)
        if bench.places.missing:
            console.print(f"Without Elasticsearch: {bench.places.missing}")


if __name__ == "__main__":
    main()
