"""What a run is asked to do."""

from datetime import timedelta

from pydantic import Field

from models.base import Model

LOCAL = "local"
"""The runner of this machine."""


class RunRequest(Model):
    """One call of `newsbeam run`.

    With `paths` (files, directories or globs) it takes these files, else the feeds that are due: `source_id` names
    the only one, `all` takes those that are not due too. `again` ignores what is known of entries and documents.
    `workers`, `max_runtime` and `grace` override the settings. `runner` says where the graph runs, and `beam_options`
    are Beam's own options for it, as written on a command line.
    """

    paths: tuple[str, ...] = ()
    source_id: str | None = None
    all: bool = False
    again: bool = False
    workers: int | None = Field(default=None, ge=1, le=64)
    max_runtime: timedelta | None = None
    grace: timedelta | None = None
    runner: str = LOCAL
    beam_options: tuple[str, ...] = ()
