"""What all stages have in common: gathering, timing, coders, and the ledger of what ended."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from time import perf_counter
from typing import Any, ClassVar

import apache_beam as beam
from apache_beam.coders.coders import Coder
from apache_beam.coders.typecoders import registry
from apache_beam.metrics.metric import Metrics
from apache_beam.pvalue import TaggedOutput
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.windowed_value import WindowedValue

from models.base import Model
from models.document import Candidate, Document, Entry, Poll, PollGroup
from models.outcome import Draft, Outcome, Polled
from models.settings import Settings
from pipelines.commit import Count
from pipelines.index.base import SearchIndex
from pipelines.state.base import StateStore
from pipelines.stores import open_store
from pipelines.transforms.driver import Driver, join


@dataclass(frozen=True)
class Plan:
    """What every stage of a run goes by; it holds no secret. `configured` are the ids of the configured feeds.

    `driver` is set where the stages run in processes that somebody else starts.
    """

    settings: Settings
    configured: frozenset[str] = frozenset()
    driver: Driver | None = None


class ModelCoder(Coder):
    """A record as its JSON: the same bytes for the same record, on every worker."""

    def __init__(self, model: type[Model]) -> None:
        self.model = model

    def encode(self, value: Model) -> bytes:
        """To UTF-8 JSON."""
        return value.model_dump_json().encode()

    def decode(self, encoded: bytes) -> Model:
        """From UTF-8 JSON."""
        return self.model.model_validate_json(encoded)

    def is_deterministic(self) -> bool:
        """Fields are written in the order of the class."""
        return True

    def to_type_hint(self) -> type[Model]:
        """The record's class."""
        return self.model

    @classmethod
    def from_type_hint(cls, typehint: type[Model], registry: Any) -> Any:  # noqa: ARG003  # Beam's signature
        """The coder of one class."""
        return cls(typehint)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ModelCoder) and other.model is self.model

    def __hash__(self) -> int:
        return hash(self.model)


for _record in (Poll, PollGroup, Document, Entry, Candidate, Draft, Outcome, Polled, Count):
    registry.register_coder(_record, ModelCoder)


@cache
def store_of(settings: str) -> tuple[SearchIndex, StateStore]:
    """This process's connections for these settings (as JSON), shared by all its stages."""
    connected = open_store(Settings.model_validate_json(settings))
    _opened.append(connected)
    return connected


_opened: list[tuple[SearchIndex, StateStore]] = []


def close_stores() -> None:
    """Close this process's connections."""
    store_of.cache_clear()
    while _opened:
        for part in _opened.pop():
            part.close()


class Stage(beam.DoFn):
    """Gathers records up to a number or a weight and gives them to `work`; the rest follows at the bundle's end.

    What `work` yields goes to the next stage, outcomes and finished polls to their own outputs. `name` is the
    stage's name in the report of times.
    """

    name: ClassVar[str]
    limit: ClassVar[int] = 1
    weight_limit: ClassVar[int] = 5 * 2**20

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def setup(self) -> None:
        """Become a part of the run."""
        join(self.plan.driver)

    def start_bundle(self) -> None:
        """Begin with nothing gathered."""
        self.gathered: list[Any] = []
        self.weight = 0
        self.seconds = 0.0

    def process(self, element: Any) -> Iterator[Any]:
        """Gather, and work when it is enough."""
        self.gathered.append(element)
        self.weight += self.weigh(element)
        if len(self.gathered) >= self.limit or self.weight >= self.weight_limit:
            for record in self._work():
                tag = _tag(record)
                yield TaggedOutput(tag, record) if tag else record

    def finish_bundle(self) -> Iterator[Any]:
        """Work off the rest."""
        for record in chain(self._work(), self._timed(self.rest())):
            tag, value = _tag(record), at_bundle_end(record)
            yield TaggedOutput(tag, value) if tag else value
        Metrics.counter("seconds", self.name).inc(int(self.seconds * 1e6))

    def weigh(self, record: Any) -> int:  # noqa: ARG002  # stages that gather by weight look at it
        """How heavy a record is, in characters."""
        return 0

    def work(self, records: list[Any]) -> Iterator[Any]:
        """What this stage is for."""
        raise NotImplementedError

    @property
    def index(self) -> SearchIndex:
        """The index of this process."""
        return store_of(self.plan.settings.model_dump_json())[0]

    @property
    def state(self) -> StateStore:
        """The state store of this process."""
        return store_of(self.plan.settings.model_dump_json())[1]

    def rest(self) -> Iterator[Any]:
        """What is still under way at the end of a bundle, after the last of `work`."""
        yield from ()

    def _work(self) -> Iterator[Any]:
        """`work` on what is gathered."""
        records, self.gathered, self.weight = self.gathered, [], 0
        if records:
            yield from self._timed(self.work(records))

    def _timed(self, records: Iterator[Any]) -> Iterator[Any]:
        """The records, their own time measured: what happens downstream between two of them is not in it."""
        began = perf_counter()
        for record in records:
            self.seconds += perf_counter() - began
            yield record
            began = perf_counter()
        self.seconds += perf_counter() - began


def _tag(record: Any) -> str | None:
    match record:
        case Outcome():
            return "outcomes"
        case Polled():
            return "polled"
        case _:
            return None


def at_bundle_end(record: Any) -> WindowedValue:
    """A record as `finish_bundle` must emit it."""
    return WindowedValue(record, GlobalWindow().max_timestamp(), (GlobalWindow(),))
