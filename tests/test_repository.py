"""What the files around the code promise: the door, the lock, the changelog and the size of files."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from pipelines.cli.commands import app

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
LINES = 320


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def _texts() -> dict[str, str]:
    """Every text file that the repository holds, but not the seeds: news may say anything."""
    found = {}
    for path in _tracked():
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(("seeds/", "tests/golden/")) and b"\0" not in (content := path.read_bytes()):
            found[name] = content.decode("utf-8")
    return found


def _commands() -> list[str]:
    """Every command of the CLI, as it is typed."""
    found = []
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        nested = getattr(command, "commands", None)
        found += [f"{name} {inner}" for inner in nested] if nested else [name]
    return found


def _pinned() -> dict[str, list[str]]:
    """Each package of the lock with the lines of hashes that follow it."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)(\[[^]]*\])?==", line):
            name = _normal(match[1])
            found.setdefault(name, [])
        elif "--hash=sha256:" in line:
            found[name].append(line)
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("command", ["make run", "make test"])
def test_the_readme_names_the_two_commands(command: str) -> None:
    assert re.search(rf"^\s*(\$ )?{command}\b", README, re.MULTILINE)


def test_the_readme_names_every_command() -> None:
    missing = [command for command in _commands() if f"newsbeam {command}" not in README]
    assert not missing


def test_the_readme_shows_no_command_that_is_not_there() -> None:
    shown = set(re.findall(r"^\s*(?:\$ )?(?:\.venv/bin/)?newsbeam ([a-z]+)", README, re.MULTILINE))
    assert shown <= {command.split()[0] for command in _commands()}


def test_what_the_readme_and_the_contributing_guide_ask_of_make_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    asked = set(re.findall(r"`make ([a-z-]+)", README + guide)) | set(
        re.findall(r"^make ([a-z-]+)", README, re.MULTILINE)
    )
    assert asked <= targets


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_between_documents_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    linked = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]
    assert [target for target in linked if target and not (ROOT / target).exists()] == []


@pytest.mark.parametrize("package", ["models", "pipelines"])
def test_a_file_stays_short_enough_to_be_read(package: str) -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / package).rglob("*.py")}
    assert {path.name: length for path, length in lengths.items() if length > LINES} == {}


@pytest.mark.parametrize("package", ["models", "pipelines"])
def test_a_file_says_what_its_job_is(package: str) -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / package).rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_the_rules_of_import_are_checked_with_the_lint() -> None:
    names = [contract["name"] for contract in PYPROJECT["tool"]["importlinter"]["contracts"]]
    assert any("downward" in name for name in names)
    check = MAKEFILE.split("\ncheck:")[1].split("\n\n")[0]
    assert all(tool in check for tool in ("ruff check", "ruff format --check", "mypy", "lint-imports"))


def test_beam_is_imported_in_its_four_places_only() -> None:
    importers = {
        path.relative_to(ROOT / "pipelines").parts[0]
        for path in (ROOT / "pipelines").rglob("*.py")
        if re.search(r"^\s*(import|from) apache_beam", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert importers <= {"transforms", "ingest.py", "run.py", "runners"}


def test_the_lock_pins_every_direct_dependency_with_hashes() -> None:
    asked = [*PYPROJECT["project"]["dependencies"], *PYPROJECT["dependency-groups"]["dev"]]
    names = {_normal(re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0]) for requirement in asked}
    pinned = _pinned()
    assert names - pinned.keys() == set(), "run `make lock`"
    assert [name for name, hashes in pinned.items() if not hashes] == []


def test_no_file_names_a_registry_or_a_place_on_one_machine() -> None:
    forbidden = re.compile(
        r"--(extra-)?index-url|pypi\.org/simple|registry\.npmjs\.org|files\.pythonhosted\.org"
        r"|(?<![\w.])/(root|work|home/\w+|Users/\w+)/"
    )
    this = Path(__file__).relative_to(ROOT).as_posix()
    found = {name: match[0] for name, text in _texts().items() if name != this and (match := forbidden.search(text))}
    assert found == {}


def test_the_changelog_is_kept() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert changelog.startswith("# Changelog\n")
    headings = re.findall(r"^## (.+)$", changelog, re.MULTILINE)
    assert all(
        re.fullmatch(r"\[(Unreleased|\d+\.\d+\.\d+)\]( - (\d{4}-\d\d-\d\d|Unreleased))?", line) for line in headings
    )
    assert any(line.startswith((f"[{PYPROJECT['project']['version']}]", "[Unreleased]")) for line in headings)
    kinds = set(re.findall(r"^### (.+)$", changelog, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_licence_is_the_one_that_is_named() -> None:
    assert PYPROJECT["project"]["license"] == "Apache-2.0"
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text


def test_the_door_for_machines_asks_for_the_checks_and_a_real_elasticsearch() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert script.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in script
    assert "make check" in script
    assert re.search(r"NEWSBEAM_REQUIRE=\S*elasticsearch\S* make test", script)
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
