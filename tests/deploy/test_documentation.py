"""docs/operations.md speaks of every way to schedule that there is, and of nothing that is not there."""

import re
from pathlib import Path

from deploy.tools import DEPLOY, ROOT

TEXT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ELSEWHERE = {"flink"}
"""Told in a document of its own."""


def test_every_directory_of_schedules_is_spoken_of() -> None:
    ways = {place.name for place in DEPLOY.iterdir() if place.is_dir()} - ELSEWHERE
    assert {way for way in ways if way not in TEXT.lower()} == set()


def test_files_that_are_to_be_installed_are_there() -> None:
    unit, manifest = r"newsbeam[\w@-]*\.(?:service|timer|sysusers|tmpfiles|logrotate)", r"(?<![.\w])\w+\.yaml"
    named = set(re.findall(rf"\b({unit}|{manifest})\b", TEXT))
    there = {file.name for place in (DEPLOY, ROOT / "config") for file in place.rglob("*") if file.is_file()}
    assert named - there == set()


def test_its_links_lead_somewhere() -> None:
    headings = {"#" + re.sub(r"[^\w -]", "", line).strip().replace(" ", "-").lower()
                for line in re.findall(r"^## (.+)$", TEXT, re.MULTILINE)}  # fmt: skip
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        assert target in headings or (Path(ROOT / "docs" / target.split("#")[0])).exists(), target
