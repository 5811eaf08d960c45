"""config/deploy/airflow: real Airflows, 2 and 3, run the DAG with a `newsbeam` that ends as it is told."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from deploy.tools import DEPLOY

DAG = DEPLOY / "airflow" / "newsbeam_dag.py"

STUB = """#!/bin/sh
echo "$*" >>"$CALLS"
exit "$(echo "$CODES" | cut -d ' ' -f "$(wc -l <"$CALLS")")"
"""


@dataclass(frozen=True)
class Airflow:
    """An installation whose database is ready."""

    command: Path
    home: Path

    def run_dag(self, place: Path, codes: Sequence[int]) -> tuple[bool, list[str], str]:
        """Whether the DAG's run succeeded, the calls of `newsbeam`, and what was said."""
        home, path = place / "home", place / "bin"
        shutil.copytree(self.home, home)
        path.mkdir()
        (path / "newsbeam").write_text(STUB, encoding="utf-8")
        (path / "newsbeam").chmod(0o755)
        done = subprocess.run(
            [self.command, "dags", "test", "newsbeam"],
            env=_environment(home)
            | {
                "PATH": f"{path}:{os.environ['PATH']}",
                "CALLS": str(place / "calls"),
                "CODES": " ".join(map(str, codes)),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        calls = (place / "calls").read_text(encoding="utf-8").splitlines()
        return done.returncode == 0, calls, done.stdout


def _environment(home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAG.parent),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
        "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "1",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@pytest.fixture(scope="session")
def ready(airflow: Path, tmp_path_factory: pytest.TempPathFactory) -> Airflow:
    home = tmp_path_factory.mktemp("airflow")
    subprocess.run(
        [airflow / "airflow", "db", "migrate"], env=_environment(home), check=True, capture_output=True, timeout=250
    )
    return Airflow(airflow / "airflow", home)


@pytest.mark.parametrize(
    ("codes", "calls", "succeeds"),
    [
        pytest.param([75, 0], 2, True, id="75 is tried again"),
        pytest.param([75, 75, 75, 0], 3, False, id="75 is tried again twice"),
    ],
)
def test_what_may_end_otherwise_is_tried_again(
    ready: Airflow, tmp_path: Path, codes: Sequence[int], calls: int, succeeds: bool
) -> None:
    success, made, said = ready.run_dag(tmp_path, codes)
    assert (success, len(made)) == (succeeds, calls), said
    assert all(call.startswith("run --config /etc/newsbeam ") for call in made)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1, "a bug, or a promise that was broken"),
        (2, "wrong usage, configuration or credentials"),
        (3, "too many entries failed; see `newsbeam failures list`"),
    ],
)
def test_what_would_end_the_same_fails_at_once_with_its_reason(
    ready: Airflow, tmp_path: Path, code: int, reason: str
) -> None:
    success, calls, said = ready.run_dag(tmp_path, [code, 0])
    assert (success, len(calls)) == (False, 1), said
    assert f"newsbeam run ended with {code}: {reason}" in said
