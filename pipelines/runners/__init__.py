"""The graph on a runner that spreads it over machines."""

from pipelines.runners.job import on_runner as on_runner
