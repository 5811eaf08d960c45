"""How a worker process of a cluster, which knows nothing yet, becomes a part of the run that sent it work."""

from dataclasses import dataclass

from models.errors import SetupError
from pipelines import NEWSBEAM_VERSION
from pipelines.logs import join_run


@dataclass(frozen=True)
class Driver:
    """Who sent the work: the run, the level of its log, and the version of Newsbeam that it is of."""

    run_id: str
    log_level: str
    newsbeam: str = NEWSBEAM_VERSION


def join(driver: Driver | None) -> None:
    """Log under the driver's run. Raises SetupError where this is another Newsbeam than the driver's."""
    if driver is None:
        return
    if driver.newsbeam != NEWSBEAM_VERSION:
        raise SetupError(
            f"the workers have Newsbeam {NEWSBEAM_VERSION} and the command is {driver.newsbeam}; install one and the"
            " same on both"
        )
    join_run(driver.run_id, driver.log_level)
