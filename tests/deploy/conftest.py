"""Fixtures: a tool that can't be had skips its test, or fails it where NEWSBEAM_REQUIRE names `deploy`."""

import os
from pathlib import Path

import pytest
from deploy.tools import AIRFLOW, LINTERS, debian_tool, go_program, on_path, python_environment

from tests.programs import brought


@pytest.fixture(scope="session")
def patient() -> None:
    """For a test that takes long."""
    if not os.environ.get("NEWSBEAM_TEST_DEPLOY"):
        pytest.skip("takes long: `make test-deploy` runs it")


@pytest.fixture(scope="session")
def systemd_analyze() -> Path:
    return brought("deploy", lambda: on_path("systemd-analyze", "apt-get install systemd"))


@pytest.fixture(scope="session")
def promtool() -> Path:
    return brought("deploy", lambda: debian_tool("prometheus", "usr/bin/promtool"))


@pytest.fixture(scope="session")
def cron() -> Path:
    return brought("deploy", lambda: debian_tool("cron", "usr/sbin/cron"))


@pytest.fixture(scope="session")
def linters() -> Path:
    """The directory of check-jsonschema, hadolint, kubernetes-validate and shellcheck."""
    return brought("deploy", lambda: python_environment("linters", *LINTERS))


@pytest.fixture(scope="session", params=sorted(AIRFLOW))
def airflow(request: pytest.FixtureRequest) -> Path:
    """The directory of the command `airflow`, of each version that the DAG is for."""
    return brought("deploy", lambda: python_environment(f"airflow-{request.param}", AIRFLOW[request.param]))


@pytest.fixture(scope="session")
def kubernetes_validator() -> Path:
    return brought("deploy", lambda: go_program("kubernetes"))


@pytest.fixture(scope="session")
def compose_reader() -> Path:
    return brought("deploy", lambda: go_program("compose"))
