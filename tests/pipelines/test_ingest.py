"""The graph itself: what crosses it, what stops it, and that it needs no end of the data."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.coders.typecoders import registry
from apache_beam.pipeline import AppliedPTransform, PipelineVisitor
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.transforms.userstate import get_dofn_specs
from corpus import write_records

import pipelines.transforms.stages as stages
from models.base import Model
from models.document import Candidate, Entry, Poll
from models.errors import SetupError, TryLater
from models.outcome import Polled
from models.settings import Settings
from models.source import FileSource
from pipelines.commit import Count
from pipelines.ingest import ingest
from pipelines.run import run_chunk
from pipelines.stores import open_store
from pipelines.transforms import Driver, ModelCoder, Plan


class Collect(PipelineVisitor):
    """Every collection and every DoFn of a pipeline."""

    def __init__(self) -> None:
        self.types: dict[str, Any] = {}
        self.dofns: list[Any] = []

    def visit_transform(self, transform_node: AppliedPTransform) -> None:
        for tag, collection in transform_node.outputs.items():
            self.types[f"{transform_node.full_label}[{tag}]"] = collection.element_type
        if isinstance(transform_node.transform, beam.ParDo):
            self.dofns.append(transform_node.transform.fn)


@pytest.fixture
def graph() -> Collect:
    return graph_of(Plan(Settings()))


def graph_of(plan: Plan) -> Collect:
    pipeline = beam.Pipeline(runner=FnApiRunner())
    polls = pipeline | beam.Create([], reshuffle=False).with_output_types(Poll)
    ingest(polls, plan)
    visitor = Collect()
    pipeline.visit(visitor)
    return visitor


def test_only_records_and_counts_cross_the_graph_each_with_a_coder_of_its_own(graph: Collect) -> None:
    ours = {label: kind for label, kind in graph.types.items() if not label.startswith("Create")}
    assert len(ours) > 20
    for label, kind in ours.items():
        if kind == tuple[str, Count] or kind == beam.typehints.Tuple[str, Count]:
            continue
        assert isinstance(kind, type), label
        assert issubclass(kind, Model), label
        assert isinstance(registry.get_coder(kind), ModelCoder), label


def test_on_a_cluster_too_only_records_cross_the_graph(graph: Collect) -> None:
    spread = graph_of(Plan(Settings(), driver=Driver("run", "info")))
    more = {kind for label, kind in spread.types.items() if label not in graph.types}
    typing = beam.typehints
    for record in (Entry, Candidate, Count):
        more -= {typing.Tuple[str, record], typing.Tuple[str, typing.Iterable[record]], record}
    assert more == {Polled}


def test_nothing_waits_for_a_clock_or_for_the_end_of_the_data(graph: Collect) -> None:
    for dofn in graph.dofns:
        _, timers = get_dofn_specs(dofn)
        assert not timers
    assert not any("GroupByKey" in label for label in graph.types)


def test_a_record_survives_its_coder() -> None:
    poll = Poll(id="p", source=FileSource(id="/a", path="/a", name="ä"))
    coder = ModelCoder(Poll)
    assert coder.decode(coder.encode(poll)) == poll


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    settings = Settings(index=str(tmp_path / "index"))
    for part in reversed(open_store(settings)):
        part.setup()
        part.close()
    return Plan(settings)


def polls(tmp_path: Path, number: int = 3) -> list[Poll]:
    path = str(write_records(tmp_path / "news.jsonl", number))
    return [Poll(id="p", source=FileSource(id=path, path=path, name="news.jsonl"))]


def test_a_bug_in_a_stage_stops_the_run(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def buggy(_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(stages, "normalize", buggy)
    with pytest.raises(KeyError, match="a bug"):
        run_chunk(plan, polls(tmp_path))


def test_an_index_that_is_away_keeps_its_words(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise TryLater("the index is away")

    monkeypatch.setattr("pipelines.index.embedded.EmbeddedIndex.write", away)
    with pytest.raises(TryLater, match=r"^the index is away$"):
        run_chunk(plan, polls(tmp_path))


def test_a_chunk_accounts_for_what_it_did(plan: Plan, tmp_path: Path) -> None:
    counts = run_chunk(plan, polls(tmp_path, 30))
    source = str(tmp_path / "news.jsonl")
    assert counts["seen", source] == counts["new", source] == 30
    assert counts["due", source] == counts["fetched", source] == counts["committed", source] == 1


def test_on_a_cluster_copies_of_an_article_meet_and_one_goes_on(plan: Plan, tmp_path: Path) -> None:
    sources = []
    for order, name in enumerate(("one.jsonl", "two.jsonl")):
        path = str(write_records(tmp_path / name, 20))
        sources.append(Poll(id=name, source=FileSource(id=path, path=path, name=name, order=order)))
    counts = run_chunk(replace(plan, driver=Driver("run", "warning")), sources[::-1])
    assert counts["new", str(tmp_path / "one.jsonl")] == counts["duplicate", str(tmp_path / "two.jsonl")] == 20
    assert counts["committed", str(tmp_path / "two.jsonl")] == 1


def test_workers_of_another_newsbeam_are_refused(plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"the workers have Newsbeam .* and the command is 0\.0\.7"):
        run_chunk(replace(plan, driver=Driver("run", "warning", newsbeam="0.0.7")), polls(tmp_path))
