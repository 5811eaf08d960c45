"""`newsbeam config`, for curators."""

import json
from pathlib import Path

import pytest
from in_process import Command
from ruamel.yaml import YAML

from pipelines.configuration.schemas import SCHEMAS

FEEDS = """
defaults: {every: 90m}
feeds:
  - id: a
    url: https://example.org/a?token=hunter2
    name: A
    headers: {X-Key: "${FEED_KEY}", X-Edition: north}
    auth: {username_env: FEED_USER, password_env: FEED_PASSWORD}
    tags: [news]
  - {id: b, url: "https://example.org/b", name: B, enabled: false, every: 1d}
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/feeds.yaml").write_text(FEEDS)
    (tmp_path / "config/newsbeam.yaml").write_text("fetch: {timeout: 5}\n")
    return tmp_path / "config"


@pytest.mark.usefixtures("written")
def test_check_says_what_it_read(newsbeam: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FEED_KEY", "FEED_USER", "FEED_PASSWORD"):
        monkeypatch.setenv(name, "hunter2")
    done = newsbeam("config", "check")
    assert (done.code, done.out) == (0, "the configuration is right: 1 feed and 1 disabled, index data/index\n")


def test_check_names_the_files_that_are_not_there(newsbeam: Command, written: Path) -> None:
    (written / "feeds.yaml").unlink()
    done = newsbeam("config", "check")
    assert (done.code, done.err) == (0, "newsbeam: there is no feeds.yaml, so nothing is polled\n")


@pytest.mark.usefixtures("written")
def test_check_wants_the_secrets_unless_told_otherwise(newsbeam: Command) -> None:
    done = newsbeam("config", "check")
    assert done.code == 2
    assert "the environment variable FEED_KEY is not set; feed 'a' needs it" in done.err
    assert newsbeam("config", "check", "--no-secrets").code == 0


@pytest.mark.parametrize(
    ("enrich", "said"),
    [
        ("{extractor: spacy}", "config/newsbeam.yaml:1:21: enrich.extractor is spacy, but enrich.spacy names no"),
        ("{extractor: spacy, spacy: {de: no_such_pipeline}}", "config/newsbeam.yaml:1:21: "),
    ],
)
def test_check_wants_the_pipelines_that_the_settings_name_beside_everything_else(
    newsbeam: Command, written: Path, enrich: str, said: str
) -> None:
    (written / "newsbeam.yaml").write_text(f"enrich: {enrich}\n")
    done = newsbeam("config", "check")
    assert done.code == 2
    assert said in done.err
    assert "the environment variable FEED_KEY is not set" in done.err
    if "no_such" in enrich:
        assert " -m " in done.err


@pytest.mark.usefixtures("written")
def test_show_tells_what_holds_and_no_secret(newsbeam: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEED_KEY", "hunter2")
    monkeypatch.setenv("FEED_PASSWORD", "hunter2")
    done = newsbeam("config", "show", "--index", "elsewhere")
    assert done.code == 0
    assert "hunter2" not in done.out
    assert done.out.startswith("# from config/newsbeam.yaml, --index, config/feeds.yaml\n")
    shown = YAML(typ="safe").load(done.out)
    assert shown["settings"]["index"] == "elsewhere"
    assert shown["settings"]["fetch"]["timeout"] == 5
    assert shown["settings"]["kibana"]["api_key_env"] == "NEWSBEAM_KIBANA_API_KEY (not set)"
    first, second = shown["feeds"]
    assert first["every"] == "90m"
    assert first["headers"] == {"X-Edition": "north", "X-Key": "${FEED_KEY}"}
    assert first["auth"] == {"username_env": "FEED_USER (not set)", "password_env": "FEED_PASSWORD (set)"}
    assert (second["every"], second["enabled"]) == ("1d", False)


@pytest.mark.usefixtures("written")
def test_show_as_json_is_one_object(newsbeam: Command) -> None:
    shown = json.loads(newsbeam("config", "show", "--json").out)
    assert [feed["id"] for feed in shown["feeds"]] == ["a", "b"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_prints_one(newsbeam: Command, name: str) -> None:
    done = newsbeam("config", "schema", name)
    assert done.code == 0
    assert json.loads(done.out)["$schema"].startswith("https://json-schema.org/")


def test_schema_of_a_run_names_every_outcome() -> None:
    from pipelines.configuration.schemas import schema

    tally = schema("run")["$defs"]["Tally"]["properties"]
    assert {"seen", "new", "updated", "unchanged", "duplicate", "stale", "filtered", "failed"} <= set(tally)


def test_schemas_are_written_where_editors_look_for_them(newsbeam: Command, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert newsbeam("config", "schema", "--write", "out").code == 0
    written = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.json"))
    assert "feeds.schema.json" in written
    assert "schemas/run.schema.json" in written


@pytest.mark.parametrize("name", ["newsbeam", "feeds"])
def test_editors_can_say_of_every_setting_what_it_does(name: str) -> None:
    from pipelines.configuration.schemas import schema

    whole = schema(name)
    parts = {"": whole} | whole["$defs"]
    silent = {
        f"{part}.{setting}"
        for part, body in parts.items()
        for setting, meaning in body.get("properties", {}).items()
        if not {"description", "$ref"} & meaning.keys()
    }
    assert silent == set()


def test_what_has_a_file_of_its_own_does_not_stand_in_newsbeam_yaml(newsbeam: Command, written: Path) -> None:
    (written / "newsbeam.yaml").write_text("synonyms: {}\nenrich:\n  aliases: []\n")
    done = newsbeam("config", "check", "--no-secrets")
    assert done.code == 2
    assert done.err.splitlines()[:2] == [
        "config/newsbeam.yaml:1:1: 'synonyms' does not stand here; write synonyms/LANGUAGE.txt beside newsbeam.yaml",
        "config/newsbeam.yaml:3:3: 'aliases' does not stand here; write aliases.yaml beside newsbeam.yaml",
    ]
