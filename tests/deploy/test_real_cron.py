"""Debian's own cron runs the crontab and the wrapper of config/deploy/cron with the real command, for one minute."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from command import Newsbeam, write_feeds
from deploy.tools import DEPLOY, ROOT
from misbehaving_server import serve

CRONTAB = (DEPLOY / "cron" / "newsbeam").read_text(encoding="utf-8")
PATIENCE = 100

# What cron is to see is laid over this machine's files, in a mount namespace that ends with it.
STAGE = r"""
set -eu
place=$1 package=$2; shift 2
layers=$place/layers root=$place/layers/root
mkdir -p "$layers"
mount -t tmpfs tmpfs "$layers"
mkdir -p "$layers/upper" "$layers/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$layers/upper,workdir=$layers/work" "$root"
for shared in /proc /dev "$@"; do
    mkdir -p "$root$shared"
    mount --rbind "$shared" "$root$shared"
done
for way; do # the user newsbeam has to reach them, wherever they lie
    while [ "$way" != / ]; do way=$(dirname "$way") && chmod o+rx "$root$way"; done
done
tar -C "$package" -c . | tar -C "$root" -x --keep-directory-symlink
rm -rf "$root/etc/cron.d"
tar -C "$place/stage" -c . | tar -C "$root" -x --keep-directory-symlink --no-same-owner
mkdir -p "$root/var/spool/cron/crontabs"
echo 'newsbeam:x:64999:64999:Newsbeam:/:/usr/sbin/nologin' >>"$root/etc/passwd"
echo 'newsbeam:!:20000::::::' >>"$root/etc/shadow"
echo 'newsbeam:x:64999:' >>"$root/etc/group"
chown -R 64999:64999 "$place/good" "$place/broken" "$place/mail"
exec chroot "$root" /usr/sbin/cron -f -L 15
"""


@pytest.mark.usefixtures("patient")
def test_cron_runs_newsbeam_and_mails_only_what_goes_wrong(cron: Path, tmp_path: Path) -> None:
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        pytest.skip("only root, and not in every container, may lay a system of its own over this one")
    tmp_path.chmod(0o755)
    for name in ("good", "broken", "mail"):
        (tmp_path / name).mkdir()
    stage = tmp_path / "stage"
    _put(stage / "etc/cron.d/newsbeam", _crontab(tmp_path / "good"))
    _put(stage / "etc/cron.d/newsbeam-broken", _crontab(tmp_path / "broken"))
    _put(stage / "usr/local/bin/newsbeam-run", (DEPLOY / "cron" / "newsbeam-run").read_text(), 0o755)
    _put(stage / "opt/newsbeam/bin/newsbeam", f'#!/bin/sh\nexec {sys.executable} -m pipelines.cli "$@"\n', 0o755)
    mail = tmp_path / "mail"
    _put(stage / "usr/sbin/sendmail", f"#!/bin/sh\ncat >{mail}/$$.part && mv {mail}/$$.part {mail}/$$\n", 0o755)
    with serve() as server:
        write_feeds(tmp_path / "good", {"harbour": f"{server.url}/feed"})
        _put(tmp_path / "broken" / "feeds.yaml", "feeds: [{id: nothing}]\n")
        with _cron(tmp_path, cron):
            end = time.monotonic() + PATIENCE
            while not ((tmp_path / "good" / "report.json").exists() and _mails(tmp_path)):
                assert time.monotonic() < end, (tmp_path / "cron.log").read_text()
                time.sleep(0.2)
            time.sleep(2)
    assert Newsbeam(tmp_path / "good", str(tmp_path / "good" / "data" / "index")).articles()
    (said,) = _mails(tmp_path)
    assert "ended with 2: the configuration or the credentials are wrong" in said
    assert "feeds.yaml:1" in said


def _crontab(place: Path) -> str:
    """The crontab for every minute, with other directories."""
    names = ("CONFIG_DIRECTORY", "STATE_DIRECTORY", "LOGS_DIRECTORY")
    variables = "".join(f"{name}={place}\n" for name in names)
    return CRONTAB.replace("*/10 ", "* ").replace("MAILTO=", f"{variables}MAILTO=")


def _put(file: Path, text: str, mode: int = 0o644) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)


def _mails(place: Path) -> list[str]:
    return [mail.read_text() for mail in (place / "mail").iterdir() if not mail.suffix]


@contextmanager
def _cron(place: Path, cron: Path) -> Iterator[None]:
    package = cron.parents[2]
    if package == Path("/"):
        package = place / "stage"
    reached = (place, ROOT, Path(sys.prefix), Path(sys.base_prefix))
    with (place / "cron.log").open("w") as log:
        process = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", STAGE, "stage", place, package, *reached],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
