"""Every schedule of config/deploy gives commands that newsbeam takes, and more time to end than they ask for."""

import ast
import re
import shlex
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from deploy.tools import DEPLOY
from ruamel.yaml import YAML
from typer.main import get_command

from pipelines.cli.commands import app
from pipelines.cli.times import read_duration

COMPOSE = DEPLOY / "compose" / "compose.yaml"
CRONJOB = DEPLOY / "kubernetes" / "cronjob.yaml"
DEPLOYMENT = DEPLOY / "kubernetes" / "deployment.yaml"
DAG = DEPLOY / "airflow" / "newsbeam_dag.py"
WRAPPER = DEPLOY / "cron" / "newsbeam-run"
SERVICE = DEPLOY / "systemd" / "newsbeam.service"
FOREVER = DEPLOY / "systemd" / "newsbeam-forever.service"


def _yaml(file: Path) -> Any:
    return YAML(typ="safe").load(file.read_text(encoding="utf-8"))


def _joined(file: Path) -> str:
    return file.read_text(encoding="utf-8").replace("\\\n", " ")


def _job() -> Any:
    return _yaml(CRONJOB)["spec"]["jobTemplate"]["spec"]


def _arguments(pod: Any) -> list[str]:
    (container,) = pod["containers"]
    return list(container["args"])


def _unit(file: Path, name: str) -> str:
    (value,) = re.findall(rf"^{name}=(.+)$", _joined(file), re.MULTILINE)
    return str(value)


def _started(file: Path) -> list[str]:
    return shlex.split(_unit(file, "ExecStart"))[1:]


def _wrapped() -> list[str]:
    (arguments,) = re.findall(r" newsbeam (run [^>]+)>>", _joined(WRAPPER))
    return shlex.split(arguments.replace("$config", "/etc/newsbeam"))


def _of_dag() -> list[str]:
    for node in ast.parse(DAG.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "COMMAND":
            return list(ast.literal_eval(node.value))[1:]
    raise AssertionError("the DAG has no COMMAND")


RUNS = {
    "cron": _wrapped(),
    "systemd": _started(SERVICE),
    "kubernetes": _arguments(_job()["template"]["spec"]),
    "airflow": _of_dag(),
}
ENDLESS = {
    "systemd": _started(FOREVER),
    "kubernetes": _arguments(_yaml(DEPLOYMENT)["spec"]["template"]["spec"]),
    "compose": list(_yaml(COMPOSE)["services"]["newsbeam"]["command"]),
}


def _taken(arguments: Sequence[str]) -> dict[str, Any]:
    """What the command makes of its arguments, which it must take."""
    command, rest = get_command(app), list(arguments)
    while (inner := getattr(command, "commands", None)) is not None:
        command = inner[rest.pop(0)]
    return dict(command.make_context("newsbeam", rest).params)


def _seconds(parameters: dict[str, Any], name: str) -> float:
    duration = read_duration(parameters[name], name)
    assert isinstance(duration, timedelta)
    return duration.total_seconds()


def _span(text: str) -> float:
    """Seconds of a span of time as systemd, Compose and timeout write it."""
    units = {"s": 1, "m": 60, "min": 60, "h": 3600}
    return float(sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)(s|min|m|h)", text)))


@pytest.mark.parametrize("schedule", RUNS)
def test_a_scheduled_run_is_bounded_and_names_its_configuration(schedule: str) -> None:
    run = _taken(RUNS[schedule])
    assert str(run["config"]) == "/etc/newsbeam"
    assert _seconds(run, "max_runtime") == 50 * 60
    assert not run["forever"]


@pytest.mark.parametrize("schedule", ENDLESS)
def test_a_process_without_end_names_its_configuration_and_listens(schedule: str) -> None:
    run = _taken(ENDLESS[schedule])
    assert str(run["config"]) == "/etc/newsbeam"
    assert run["forever"]
    assert run["listen"].endswith(":9464")


SERVICES = {
    name: service["command"]
    for name, service in _yaml(COMPOSE)["services"].items()
    if service.get("image", "").startswith("newsbeam:")
}


@pytest.mark.parametrize("name", SERVICES)
def test_every_command_of_the_compose_file_is_taken(name: str) -> None:
    assert str(_taken(SERVICES[name])["config"]) == "/etc/newsbeam"


def _ends() -> Iterator[tuple[str, dict[str, Any], float]]:
    """Each way to run with the seconds from the first signal to the one that can't be refused."""
    pod, deployment = _job()["template"]["spec"], _yaml(DEPLOYMENT)["spec"]["template"]["spec"]
    compose = _yaml(COMPOSE)["services"]["newsbeam"]
    (kill_after,) = re.findall(r"--kill-after (\w+)", _joined(WRAPPER))
    yield "cron", _taken(RUNS["cron"]), _span(kill_after)
    yield "systemd", _taken(RUNS["systemd"]), _span(_unit(SERVICE, "TimeoutStopSec"))
    yield "systemd forever", _taken(ENDLESS["systemd"]), _span(_unit(FOREVER, "TimeoutStopSec"))
    yield "kubernetes", _taken(RUNS["kubernetes"]), pod["terminationGracePeriodSeconds"]
    yield "kubernetes forever", _taken(ENDLESS["kubernetes"]), deployment["terminationGracePeriodSeconds"]
    yield "compose", _taken(ENDLESS["compose"]), _span(compose["stop_grace_period"])


@pytest.mark.parametrize(("name", "run", "seconds"), [pytest.param(*end, id=end[0]) for end in _ends()])
def test_nothing_is_killed_before_its_grace_is_over(name: str, run: dict[str, Any], seconds: float) -> None:
    assert seconds >= _seconds(run, "grace") + 10, name


def test_what_ends_a_run_that_hangs_comes_after_its_own_end() -> None:
    (wrapped,) = re.findall(r"--kill-after \w+ (\w+)", _joined(WRAPPER))
    deadlines = {
        "cron": _span(wrapped),
        "systemd": _span(_unit(SERVICE, "TimeoutStartSec")),
        "kubernetes": _job()["activeDeadlineSeconds"],
        "airflow": 55 * 60,
    }
    for schedule, deadline in deadlines.items():
        run = _taken(RUNS[schedule])
        assert deadline >= _seconds(run, "max_runtime") + _seconds(run, "grace") + 60, schedule
    assert "execution_timeout=timedelta(minutes=55)" in DAG.read_text(encoding="utf-8")
