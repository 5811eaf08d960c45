"""config/deploy/cron: what the wrapper makes of each ending, and that the crontab is one that cron runs."""

import os
import re
import subprocess
import time
from pathlib import Path

import pytest
from deploy.tools import DEPLOY

CRONTAB = DEPLOY / "cron" / "newsbeam"
WRAPPER = DEPLOY / "cron" / "newsbeam-run"
HOUR = 3600


class Schedule:
    """The wrapper with directories of its own and a `newsbeam` that ends as it is told."""

    def __init__(self, place: Path) -> None:
        self.config, self.state, self.logs, self.path = (place / name for name in ("config", "state", "logs", "bin"))
        for directory in (self.config, self.state, self.logs, self.path):
            directory.mkdir()
        self.newsbeam("exit 0")

    def newsbeam(self, script: str) -> None:
        command = self.path / "newsbeam"
        command.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        command.chmod(0o755)

    def environment(self) -> dict[str, str]:
        return {
            "PATH": f"{self.path}:/usr/local/bin:/usr/bin:/bin",
            "CONFIG_DIRECTORY": str(self.config),
            "STATE_DIRECTORY": str(self.state),
            "LOGS_DIRECTORY": str(self.logs),
        }

    def tick(self, code: int | None = None) -> str:
        """What cron would mail after a run, here one that ends with this code."""
        if code is not None:
            self.newsbeam(f"echo this is run {code}; exit {code}")
        done = subprocess.run([WRAPPER], capture_output=True, text=True, check=False, env=self.environment())
        assert done.stderr == ""
        return done.stdout

    def ago(self, name: str, seconds: float) -> None:
        """A file of the state is so old."""
        then = time.time() - seconds
        os.utime(self.state / name, (then, then))


@pytest.fixture
def schedule(tmp_path: Path) -> Schedule:
    return Schedule(tmp_path)


def test_a_run_that_is_well_mails_nothing(schedule: Schedule) -> None:
    assert schedule.tick(0) == ""
    assert (schedule.logs / "run.log").read_text() == "this is run 0\n"


@pytest.mark.parametrize("code", [1, 2, 3, 139])
def test_a_bad_end_is_mailed_once_and_so_is_the_recovery(schedule: Schedule, code: int) -> None:
    mail = schedule.tick(code)
    assert f"ended with {code}:" in mail
    assert f"this is run {code}" in mail
    assert schedule.tick(code) == ""
    schedule.ago("said", 25 * HOUR)
    assert f"ended with {code}:" in schedule.tick(code)
    assert "all is well again" in schedule.tick(0)
    assert schedule.tick(0) == ""


def test_another_bad_end_is_mailed_too(schedule: Schedule) -> None:
    assert "newsbeam failures list" in schedule.tick(3)
    assert "newsbeam config check" in schedule.tick(2)


def test_try_again_later_is_mailed_only_when_nothing_succeeds_for_hours(schedule: Schedule) -> None:
    assert schedule.tick(0) == ""
    assert schedule.tick(75) == ""
    schedule.ago("last-success", 7 * HOUR)
    assert "ended with 75: nothing has succeeded for hours" in schedule.tick(75)
    assert schedule.tick(75) == ""


def test_a_second_start_leaves_the_first_alone(schedule: Schedule) -> None:
    schedule.newsbeam("echo begun; sleep 30")
    first = subprocess.Popen([WRAPPER], env=schedule.environment(), start_new_session=True)
    log = schedule.logs / "run.log"
    try:
        end = time.monotonic() + 20
        while not (log.exists() and log.read_text()):
            assert time.monotonic() < end
            time.sleep(0.05)
        assert schedule.tick() == ""
        assert log.read_text() == "begun\n"
    finally:
        os.killpg(first.pid, 15)
        first.wait()


@pytest.mark.parametrize("missing", ["state", "logs"])
def test_a_directory_that_is_missing_is_said(schedule: Schedule, missing: str) -> None:
    getattr(schedule, missing).rmdir()
    done = subprocess.run([WRAPPER], capture_output=True, text=True, check=False, env=schedule.environment())
    assert done.returncode == 2
    assert str(getattr(schedule, missing)) in done.stderr


def test_secrets_come_from_their_file(schedule: Schedule) -> None:
    (schedule.config / "environment").write_text("NEWSBEAM_ELASTICSEARCH_API_KEY='a $key with \"marks\"'\n")
    schedule.newsbeam('echo "$NEWSBEAM_ELASTICSEARCH_API_KEY"')
    schedule.tick()
    assert (schedule.logs / "run.log").read_text() == 'a $key with "marks"\n'


def test_the_crontab_steps_into_none_of_crons_traps() -> None:
    text = CRONTAB.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    variables = [line for line in lines if re.match(r"[A-Z]+=", line)]
    jobs = [line for line in lines if line not in variables]
    assert re.fullmatch(r"[A-Za-z0-9_-]+", CRONTAB.name)
    assert text.endswith("\n")
    assert not CRONTAB.stat().st_mode & 0o133
    assert {line.partition("=")[0] for line in variables} == {"SHELL", "PATH", "MAILTO"}
    assert [line.split()[5:] for line in jobs] == [["newsbeam", WRAPPER.name]]
    assert not any("%" in line or "$" in line for line in lines)
