"""config/deploy/prometheus: rules that Prometheus understands, that speak of our metrics and fire when they should."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from deploy.tools import DEPLOY
from prometheus_client import generate_latest

from pipelines.metrics import LoopMetrics

RULES = DEPLOY / "prometheus" / "newsbeam.rules.yaml"
CASES = Path(__file__).with_name("newsbeam.rules.test.yaml")


def _promtool(tool: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([tool, *arguments], capture_output=True, text=True, check=False, cwd=cwd)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for file in (RULES, CASES):
        shutil.copy(file, tmp_path)
    return tmp_path


def test_the_rules_speak_of_metrics_that_there_are() -> None:
    known = set(re.findall(r"^# TYPE (\w+)", generate_latest(LoopMetrics().registry).decode(), re.MULTILINE))
    assert set(re.findall(r"\bnewsbeam_\w+", RULES.read_text(encoding="utf-8"))) <= known


def test_every_alert_has_a_case() -> None:
    alerts = set(re.findall(r"- alert: (\w+)", RULES.read_text(encoding="utf-8")))
    assert alerts == set(re.findall(r"alertname: (\w+)", CASES.read_text(encoding="utf-8")))


def test_prometheus_finds_nothing_wrong_with_the_rules(promtool: Path, place: Path) -> None:
    done = _promtool(promtool, "check", "rules", RULES.name, cwd=place)
    assert done.returncode == 0, done.stderr


def test_alerts_fire_when_they_should_and_only_then(promtool: Path, place: Path) -> None:
    done = _promtool(promtool, "test", "rules", CASES.name, cwd=place)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_rule_that_fires_late_would_be_found(promtool: Path, place: Path) -> None:
    rules, cases = place / RULES.name, place / CASES.name
    rules.write_text(rules.read_text().replace("> 2 * 3600", "> 3 * 3600"))
    head, _, stopped = cases.read_text().partition("  - name: a schedule that stopped")
    first = stopped.split("\n\n")[0]
    cases.write_text(f"{head.split('tests:')[0]}tests:\n  - name: a schedule that stopped{first}\n")
    done = _promtool(promtool, "test", "rules", cases.name, cwd=place)
    assert "NewsbeamNoSuccess, time: 2h6m" in done.stderr
