"""What a dashboard is described by: panels in their places, searches, and the controls above them."""

from dataclasses import dataclass

from pipelines.kibana.shapes import Shape


@dataclass(frozen=True)
class Place:
    """Where a panel stands, on a grid of 48 columns."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Panel:
    """A visualization. `query` narrows its data view, in Kibana's query language."""

    name: str
    title: str
    view: str | None
    shape: Shape
    place: Place
    query: str = ""


@dataclass(frozen=True)
class Search:
    """A saved search: a list of documents with these columns, the first ones by `sort`."""

    name: str
    title: str
    about: str
    view: str
    columns: tuple[str, ...]
    sort: tuple[tuple[str, str], ...]
    place: Place | None = None


@dataclass(frozen=True)
class Control:
    """A list of a field's values to choose from."""

    field: str
    title: str


@dataclass(frozen=True)
class Dashboard:
    """A dashboard that opens with the time range of its last days; the searches with a place stand on it."""

    name: str
    title: str
    about: str
    days: int
    panels: tuple[Panel, ...]
    searches: tuple[Search, ...] = ()
    controls: tuple[Control, ...] = ()
    controlled: str | None = None
