"""config/deploy/kubernetes: manifests that Kubernetes takes, and that mean what the exit codes mean."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from deploy.tools import DEPLOY
from ruamel.yaml import YAML

from pipelines.configuration import load_configuration

MANIFESTS = {file.stem: file for file in sorted((DEPLOY / "kubernetes").glob("*.yaml"))}
VERSION = "1.34"

SLIPS = {
    "a misspelt key": ("cronjob", "concurrencyPolicy:", "concurencyPolicy:"),
    "a wrong value": ("cronjob", "Forbid", "Forbidden"),
    "a schedule that never comes": ("cronjob", '"*/10 * * * *"', '"61 * * * *"'),
    "retries within the pod": ("cronjob", "restartPolicy: Never", "restartPolicy: OnFailure"),
    "a quantity of nothing": ("deployment", "memory: 2Gi", "memory: 2Gx"),
    "a selector that selects nothing": ("deployment", "matchLabels: {app.", "matchLabels: {apps."),
}


def _manifest(name: str) -> Any:
    return YAML(typ="safe").load(MANIFESTS[name].read_text(encoding="utf-8"))


def _check(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_exit_code_has_its_consequence() -> None:
    job = _manifest("cronjob")["spec"]["jobTemplate"]["spec"]
    rules = {
        code: rule["action"]
        for rule in job["podFailurePolicy"]["rules"]
        for code in rule.get("onExitCodes", {"values": []})["values"]
    }
    assert rules == {1: "FailJob", 2: "FailJob", 3: "FailJob", 75: "Count"}
    assert job["backoffLimit"] == 2


def test_the_configuration_in_the_manifest_is_right(tmp_path: Path) -> None:
    for name, text in _manifest("configuration")["data"].items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    configuration = load_configuration(tmp_path, environ={})
    assert configuration.settings.index.startswith("https://")
    assert configuration.feeds


def test_both_ways_to_run_are_one_image_and_equally_confined() -> None:
    job = _manifest("cronjob")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    loop = _manifest("deployment")["spec"]["template"]["spec"]
    (bounded,), (endless,) = job.pop("containers"), loop.pop("containers")
    job.pop("restartPolicy")
    assert job == loop
    alike = ("image", "envFrom", "securityContext", "volumeMounts", "resources")
    assert [bounded[key] for key in alike] == [endless[key] for key in alike]


@pytest.mark.parametrize("name", MANIFESTS)
def test_the_schemas_of_kubernetes_know_the_manifest(linters: Path, name: str) -> None:
    done = _check(linters / "kubernetes-validate", "--strict", "-k", VERSION, MANIFESTS[name])
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", MANIFESTS)
def test_an_api_servers_own_validation_takes_the_manifest(kubernetes_validator: Path, name: str) -> None:
    done = _check(kubernetes_validator, MANIFESTS[name])
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("name", "right", "wrong"), SLIPS.values(), ids=SLIPS)
def test_a_slip_in_a_manifest_would_be_found(
    kubernetes_validator: Path, tmp_path: Path, name: str, right: str, wrong: str
) -> None:
    text = MANIFESTS[name].read_text(encoding="utf-8")
    assert right in text
    (tmp_path / "slip.yaml").write_text(text.replace(right, wrong), encoding="utf-8")
    assert _check(kubernetes_validator, tmp_path / "slip.yaml").returncode == 1
