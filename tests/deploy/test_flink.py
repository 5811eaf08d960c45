"""config/deploy/flink: a unit that systemd takes, manifests that Kubernetes knows, a command that Newsbeam takes."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from deploy.tools import DEPLOY
from ruamel.yaml import YAML

FLINK = DEPLOY / "flink"
MANIFESTS = ("cluster.yaml", "cronjob.yaml")


def _do(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _pod(kind: str, name: str) -> Any:
    (found,) = [
        manifest
        for file in MANIFESTS
        for manifest in YAML(typ="safe").load_all((FLINK / file).read_text(encoding="utf-8"))
        if (manifest["kind"], manifest["metadata"]["name"]) == (kind, name)
    ]
    spec = found["spec"] if kind == "Deployment" else found["spec"]["jobTemplate"]["spec"]
    return spec["template"]["spec"]


@pytest.mark.parametrize("manifest", MANIFESTS)
def test_the_schemas_of_kubernetes_know_the_manifest(linters: Path, manifest: str) -> None:
    done = _do(linters / "kubernetes-validate", "--strict", "-k", "1.34", FLINK / manifest)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_api_servers_own_validation_takes_the_schedule(kubernetes_validator: Path) -> None:
    done = _do(kubernetes_validator, FLINK / "cronjob.yaml")
    assert done.returncode == 0, done.stderr


def test_systemd_finds_nothing_wrong_with_the_unit(systemd_analyze: Path, tmp_path: Path) -> None:
    shutil.copytree("/usr/lib/systemd/system", tmp_path / "usr/lib/systemd/system", symlinks=True)
    units, programs = tmp_path / "etc/systemd/system", tmp_path / "usr/local/bin"
    for place in (units, programs):
        place.mkdir(parents=True)
    shutil.copy(FLINK / "newsbeam-workers.service", units)
    shutil.copy(FLINK / "newsbeam-workers", programs)
    done = _do(systemd_analyze, "verify", "--man=no", f"--root={tmp_path}", "newsbeam-workers.service")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_scheduled_command_is_one_that_newsbeam_takes(tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text("feeds:\n  - {id: wire, name: Wire, url: 'https://wire.example/rss'}\n")
    (tmp_path / "newsbeam.yaml").write_text("index: http://elasticsearch.invalid:9200/newsbeam\n")
    (container,) = _pod("CronJob", "newsbeam")["containers"]
    command = [
        part.replace("/etc/newsbeam", str(tmp_path)).replace("newsbeam-flink:", "127.0.0.1:")
        for part in container["args"]
    ]
    done = _do(sys.executable, "-m", "pipelines.cli", *command)
    assert done.returncode == 75, done.stderr
    assert "Flink at http://127.0.0.1:8081 can't be reached" in done.stderr


def test_command_and_workers_are_one_newsbeam_with_the_same_secrets() -> None:
    (command,) = _pod("CronJob", "newsbeam")["containers"]
    workers = _pod("Deployment", "newsbeam-flink-task-manager")["containers"][1]
    assert [command[key] for key in ("image", "envFrom")] == [workers[key] for key in ("image", "envFrom")]
