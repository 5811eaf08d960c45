"""config/deploy/systemd: units that systemd itself understands, hardened alike, and an alert that arrives."""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from deploy.tools import DEPLOY

UNITS = DEPLOY / "systemd"
SERVICES = ("newsbeam.service", "newsbeam-forever.service")
EXPOSED_AT_MOST = "20"
"""Of 100; a service of which nothing is said has 92."""


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A system where everything is installed, as the documentation says."""
    root = tmp_path_factory.mktemp("system")
    shutil.copytree("/usr/lib/systemd/system", root / "usr/lib/systemd/system", symlinks=True)
    (root / "etc/systemd/system").mkdir(parents=True)
    for unit in (*UNITS.glob("*.service"), *UNITS.glob("*.timer")):
        shutil.copy(unit, root / "etc/systemd/system")
    for command in ("opt/newsbeam/bin/newsbeam", "usr/local/bin/newsbeam-alert"):
        (root / command).parent.mkdir(parents=True)
        shutil.copy("/bin/true", root / command)
    return root


def _analyze(tool: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([tool, *arguments], capture_output=True, text=True, check=False)


def _setting(unit: str, name: str) -> str:
    (value,) = re.findall(rf"^{name}=(.+)$", (UNITS / unit).read_text(encoding="utf-8"), re.MULTILINE)
    return str(value)


def test_systemd_finds_nothing_wrong_with_the_units(systemd_analyze: Path, root: Path) -> None:
    units = [*SERVICES, "newsbeam.timer", "newsbeam-alert@newsbeam.service.service"]
    done = _analyze(systemd_analyze, "verify", "--man=no", f"--root={root}", *units)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_slip_in_a_unit_would_be_found(systemd_analyze: Path, root: Path) -> None:
    text = (UNITS / "newsbeam.service").read_text(encoding="utf-8").replace("SuccessExitStatus", "SuccessExitCode")
    (root / "etc/systemd/system/slip.service").write_text(text, encoding="utf-8")
    done = _analyze(systemd_analyze, "verify", "--man=no", f"--root={root}", "slip.service")
    assert "SuccessExitCode" in done.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_exposed_to_little(systemd_analyze: Path, root: Path, service: str) -> None:
    done = _analyze(
        systemd_analyze, "security", "--offline=true", f"--threshold={EXPOSED_AT_MOST}", f"--root={root}", service
    )
    assert done.returncode == 0, done.stdout


def test_both_services_are_hardened_alike() -> None:
    hardened = [
        (UNITS / service).read_text(encoding="utf-8").split("\n# What it may touch")[1].split("\n\n")[0].strip()
        for service in SERVICES
    ]
    assert hardened[0] == hardened[1]


def test_the_timer_comes_every_ten_minutes(systemd_analyze: Path) -> None:
    done = _analyze(systemd_analyze, "calendar", "--iterations=2", _setting("newsbeam.timer", "OnCalendar"))
    assert done.returncode == 0, done.stderr
    first, second = re.findall(r"(?:Next elapse|Iter.* #2): \S+ \S+ \d\d:(\d\d):00", done.stdout)
    assert (int(second) - int(first)) % 60 == 10


class Told(BaseHTTPRequestHandler):
    """Keeps what is posted."""

    def do_POST(self) -> None:
        said = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.said.append((self.path, said))  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def _listener() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Told)
    server.said = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def _alert(place: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the alert where systemd's own commands, which want a running systemd, answer as they would."""
    shown = "case $* in *ExecMainStatus*) echo 3;; *Result*) echo exit-code;; esac"
    answers = {
        "systemctl": f'[ "$5" = newsbeam.service ] && {shown}',
        "journalctl": "echo 'too many entries failed: 12 of 40'",
        "logger": f'echo "$*" >{place}/logged',
    }
    for name, script in answers.items():
        (place / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (place / name).chmod(0o755)
    return subprocess.run(
        [UNITS / "newsbeam-alert", "newsbeam.service"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": f"{place}:{os.environ['PATH']}", **environment},
    )


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on this machine; apt-get install curl")
def test_an_alert_is_posted_with_the_end_of_the_log(tmp_path: Path) -> None:
    with _listener() as server:
        done = _alert(tmp_path, ALERT_URL=f"http://127.0.0.1:{server.server_address[1]}/token-1234")
        ((path, said),) = server.said  # type: ignore[attr-defined]
    assert done.returncode == 0, done.stderr
    assert path == "/token-1234"
    assert re.match(r"newsbeam\.service on \S+ failed: exit-code, exit code 3\n", said)
    assert said.rstrip().endswith("too many entries failed: 12 of 40")
    assert not (tmp_path / "logged").exists()


def test_an_alert_that_nobody_was_named_for_is_in_the_journal(tmp_path: Path) -> None:
    done = _alert(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "user.alert newsbeam.service on " in (tmp_path / "logged").read_text()
