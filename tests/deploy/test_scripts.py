"""The shell scripts of config/deploy: what shellcheck knows to go wrong does not."""

import subprocess
from pathlib import Path

import pytest
from deploy.tools import DEPLOY

SCRIPTS = sorted(file for file in DEPLOY.rglob("*") if file.is_file() and file.read_bytes().startswith(b"#!"))


@pytest.mark.parametrize("script", SCRIPTS, ids=[script.name for script in SCRIPTS])
def test_a_script_can_be_run_and_shellcheck_finds_nothing(linters: Path, script: Path) -> None:
    assert script.stat().st_mode & 0o777 == 0o755
    done = subprocess.run([linters / "shellcheck", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
