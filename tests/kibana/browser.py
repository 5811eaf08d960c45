"""Chromium for the tests: the one on the PATH, else Debian's packages unpacked into the cache, installed nowhere."""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tests.programs import Unavailable, alone

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextlib.contextmanager
def browser() -> Iterator["Browser"]:
    """A browser without a window."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise Unavailable("the package playwright is not installed") from error
    program, libraries = _program()
    environment = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/dev/null"}
    if libraries:
        environment["LD_LIBRARY_PATH"] = os.pathsep.join(libraries)
    with sync_playwright() as playwright:
        # Without its sandbox, which root may not use; it visits nothing but our own pages.
        running = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"], env=environment)
        try:
            yield running
        finally:
            running.close()


def _program() -> tuple[Path, list[str]]:
    """The program, and the directories of the libraries that came with it."""
    if found := next(filter(None, map(shutil.which, NAMES)), None):
        return Path(found), []
    with alone("chromium") as place:
        home = place / "chromium"
        if not home.is_dir():
            _unpack(place, home)
    libraries = {str(path.parent) for path in (home / "usr" / "lib").glob("*-linux-gnu/**/*.so*")}
    return home / "usr" / "lib" / "chromium" / "chromium", sorted(libraries)


def _unpack(place: Path, home: Path) -> None:
    """Chromium with whatever it needs that this machine has not, by package lists of our own."""
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        raise Unavailable("there is no Chromium on the PATH; install one (on Debian: apt-get install chromium)")
    with tempfile.TemporaryDirectory(dir=place) as name:
        work = Path(name)
        (work / "lists" / "partial").mkdir(parents=True)
        _apt(work, "update")
        listed = _apt(work, "install", "--yes", "--no-install-recommends", "--simulate", "chromium")
        _apt(work, "download", *re.findall(r"^Inst (\S+)", listed, re.MULTILINE))
        root = work / "root"
        for package in sorted(work.glob("*.deb")):
            subprocess.run(["dpkg", "-x", package, root], check=True)
        root.replace(home)


def _apt(work: Path, *arguments: str) -> str:
    own = ["-o", f"Dir::State::Lists={work / 'lists'}", "-o", f"Dir::Cache={work / 'cache'}"]
    done = subprocess.run(["apt-get", *own, *arguments], cwd=work, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"Debian's chromium can't be fetched: {done.stderr.strip()[-300:]}")
    return done.stdout
