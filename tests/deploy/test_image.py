"""The Dockerfile: well written, made of what is there, and of nothing that does not belong into an image."""

import re
import subprocess
from pathlib import Path

from deploy.tools import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()


def test_hadolint_finds_nothing(linters: Path) -> None:
    done = subprocess.run([linters / "hadolint", ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_the_image_is_made_of_is_there_and_let_in() -> None:
    copied = {
        name for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE) for name in line.split()[:-1]
    }
    assert copied == {line[1:] for line in IGNORED if line.startswith("!")}
    assert all((ROOT / name).exists() for name in copied)


def test_packages_come_from_the_lock_with_their_hashes() -> None:
    assert "--require-hashes --requirement requirements.lock" in DOCKERFILE
    assert "--no-index --find-links wheels" in DOCKERFILE


def test_it_runs_as_nobody_in_particular_with_the_command_as_its_first_process() -> None:
    last = DOCKERFILE.split("\nFROM ")[-1]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert re.search(r'^ENTRYPOINT \["newsbeam"\]$', last, re.MULTILINE)
