"""Fixtures: a tool that can't be had skips its test, or fails it where NEWSBEAM_REQUIRE names `deploy`."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from deploy.tools import AIRFLOW, LINTERS, Missing, debian_tool, go_program, on_path, python_environment


def _required() -> bool:
    return "deploy" in re.split(r"[,\s]+", os.environ.get("NEWSBEAM_REQUIRE", ""))


def _or_skip(bring: Callable[[], Path]) -> Path:
    try:
        return bring()
    except Missing as error:
        if _required():
            pytest.fail(f"NEWSBEAM_REQUIRE names deploy, but {error}")
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def patient() -> None:
    """For a test that takes long."""
    if not os.environ.get("NEWSBEAM_TEST_DEPLOY"):
        pytest.skip("takes long: `make test-deploy` runs it")


@pytest.fixture(scope="session")
def systemd_analyze() -> Path:
    return _or_skip(lambda: on_path("systemd-analyze", "apt-get install systemd"))


@pytest.fixture(scope="session")
def promtool() -> Path:
    return _or_skip(lambda: debian_tool("prometheus", "usr/bin/promtool"))


@pytest.fixture(scope="session")
def cron() -> Path:
    return _or_skip(lambda: debian_tool("cron", "usr/sbin/cron"))


@pytest.fixture(scope="session")
def linters() -> Path:
    """The directory of check-jsonschema, hadolint, kubernetes-validate and shellcheck."""
    return _or_skip(lambda: python_environment("linters", *LINTERS))


@pytest.fixture(scope="session", params=sorted(AIRFLOW))
def airflow(request: pytest.FixtureRequest) -> Path:
    """The directory of the command `airflow`, of each version that the DAG is for."""
    return _or_skip(lambda: python_environment(f"airflow-{request.param}", AIRFLOW[request.param]))


@pytest.fixture(scope="session")
def kubernetes_validator() -> Path:
    return _or_skip(lambda: go_program("kubernetes"))


@pytest.fixture(scope="session")
def compose_reader() -> Path:
    return _or_skip(lambda: go_program("compose"))
