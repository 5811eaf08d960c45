"""`newsbeam kibana`: installs once, updates what is ours, leaves what users changed, says clearly what is wrong."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from in_process import Command
from kibana.fake_kibana import FakeKibana, fake_kibana

INDEX = ("--index", "http://localhost:9200/news")


@pytest.fixture
def kibana(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeKibana]:
    for name in ("NEWSBEAM_KIBANA_API_KEY", "NEWSBEAM_KIBANA_PASSWORD", "NEWSBEAM_KIBANA__URL"):
        monkeypatch.delenv(name, raising=False)
    with fake_kibana() as running:
        yield running


def actions(newsbeam: Command, kibana: FakeKibana, *more: str) -> dict[str, str]:
    """What became of each object, by its id."""
    done = newsbeam("kibana", "install", "--url", kibana.url, "--json", *INDEX, *more)
    assert done.code == 0, done.err
    return {each["id"]: each["action"] for each in map(json.loads, done.out.splitlines())}


def test_everything_is_created_once_and_then_there_is_nothing_to_do(newsbeam: Command, kibana: FakeKibana) -> None:
    assert set(actions(newsbeam, kibana).values()) == {"created"}
    kinds = Counter(kind for kind, _ in kibana.saved())
    assert kinds["dashboard"] == 2
    assert kinds["index-pattern"] == 6
    assert set(actions(newsbeam, kibana).values()) == {"unchanged"}
    assert kibana.imports == 1
    assert "nothing to do" in newsbeam("kibana", "install", "--url", kibana.url, *INDEX).out


def test_what_a_user_changed_is_left_and_named_and_replaced_only_when_asked(
    newsbeam: Command, kibana: FakeKibana
) -> None:
    actions(newsbeam, kibana)
    kibana.edit("news-news-desk", columns=["title"])
    mine = kibana.saved()["search", "news-news-desk"]
    del kibana.saved()["visualization", "news-people"]
    done = newsbeam("kibana", "install", "--url", kibana.url, *INDEX)
    assert done.code == 0
    assert "left as you changed it: search 'News desk (news)'; --overwrite replaces it" in done.out
    assert "1 created" in done.out
    assert kibana.saved()["search", "news-news-desk"] == mine
    assert actions(newsbeam, kibana)["news-news-desk"] == "left"
    assert actions(newsbeam, kibana, "--overwrite")["news-news-desk"] == "updated"
    assert "title" in kibana.saved()["search", "news-news-desk"]["attributes"]["columns"]
    assert kibana.saved()["search", "news-news-desk"]["attributes"]["columns"] != ["title"]
    assert set(actions(newsbeam, kibana).values()) == {"unchanged"}


def test_what_users_made_themselves_is_never_touched(newsbeam: Command, kibana: FakeKibana) -> None:
    own = {"type": "dashboard", "id": "mine", "attributes": {"title": "Mine"}, "references": [], "updated_at": "then"}
    kibana.saved()["dashboard", "mine"] = own
    actions(newsbeam, kibana, "--overwrite")
    assert kibana.saved()["dashboard", "mine"] == own


def test_what_only_kibana_has_touched_counts_as_unchanged(newsbeam: Command, kibana: FakeKibana) -> None:
    actions(newsbeam, kibana)
    labels = json.loads(kibana.saved()["index-pattern", "news-articles"]["attributes"]["fieldAttrs"])
    labels["people"]["count"] = 7
    kibana.edit("news-articles", fieldAttrs=json.dumps(labels), fields='[{"name":"title"}]', runtimeFieldMap="{}")
    for saved in kibana.saved().values():  # as an upgrade of Kibana does: other shapes, the same times
        if saved["type"] == "visualization":
            saved["attributes"] = saved["attributes"] | {"uiStateJSON": '{"vis":{"legendOpen":true}}'}
    assert set(actions(newsbeam, kibana).values()) == {"unchanged"}


def test_objects_of_an_older_newsbeam_are_updated_beside_those_that_users_changed(
    newsbeam: Command, kibana: FakeKibana
) -> None:
    actions(newsbeam, kibana)
    record = kibana.saved()["visualization", "news-installed"]["attributes"]
    state = json.loads(record["visState"])
    for name in ("news-people", "news-speakers"):
        state["params"]["newsbeam"][name] = "another"
    record["visState"] = json.dumps(state)
    for name in ("news-people", "news-speakers"):
        kibana.saved()["visualization", name]["attributes"]["description"] = "as it was once"
    kibana.edit("news-speakers", title="Ours")
    found = actions(newsbeam, kibana)
    assert (found["news-people"], found["news-speakers"], found["news-news"]) == ("updated", "left", "unchanged")
    assert actions(newsbeam, kibana)["news-speakers"] == "left"


def test_an_exported_file_is_taken_up_by_a_later_install(newsbeam: Command, kibana: FakeKibana, tmp_path: Path) -> None:
    file = tmp_path / "out.ndjson"
    assert newsbeam("kibana", "export", str(file), *INDEX).code == 0
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    for each in lines:
        kibana.saved()[each["type"], each["id"]] = each | {"updated_at": "at once"}
    assert set(actions(newsbeam, kibana).values()) == {"unchanged"}
    assert newsbeam("kibana", "export", "-", *INDEX).out == file.read_text(encoding="utf-8")


def test_each_space_has_objects_of_its_own(newsbeam: Command, kibana: FakeKibana) -> None:
    actions(newsbeam, kibana)
    actions(newsbeam, kibana, "--space", "desk")
    ids = [{id_ for _, id_ in kibana.saved(space)} for space in ("default", "desk")]
    assert len(ids[0]) == len(ids[1])
    assert not ids[0] & ids[1]


def test_the_key_comes_from_the_environment_or_a_file_and_is_never_shown(
    newsbeam: Command, kibana: FakeKibana, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kibana.key = "c2VjcmV0"
    install = ("kibana", "install", "--url", kibana.url, *INDEX)
    refused = newsbeam(*install)
    assert refused.code == 2
    assert "refused the credentials; set NEWSBEAM_KIBANA_API_KEY or 'kibana.username'" in refused.err
    monkeypatch.setenv("NEWSBEAM_KIBANA_API_KEY", "c2VjcmV0")
    done = newsbeam(*install)
    assert done.code == 0
    assert "c2VjcmV0" not in done.out + done.err
    monkeypatch.delenv("NEWSBEAM_KIBANA_API_KEY")
    (tmp_path / "key").write_text("c2VjcmV0\n")
    (tmp_path / "config").mkdir()
    (tmp_path / "config/newsbeam.yaml").write_text(f"kibana: {{url: '{kibana.url}/', api_key_file: key}}\n")
    assert newsbeam("kibana", "install", *INDEX).code == 0


def test_a_password_goes_with_its_user(newsbeam: Command, kibana: FakeKibana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSBEAM_KIBANA__USERNAME", "editor")
    install = ("kibana", "install", "--url", kibana.url, *INDEX)
    assert "There is no password for 'editor'; set NEWSBEAM_KIBANA_PASSWORD." in newsbeam(*install).err
    monkeypatch.setenv("NEWSBEAM_KIBANA_PASSWORD", "open sesame")
    assert newsbeam(*install).code == 0
    assert "Basic ZWRpdG9yOm9wZW4gc2VzYW1l" in kibana.authorizations
    monkeypatch.setenv("NEWSBEAM_KIBANA_API_KEY", "key")
    assert "keep one of them" in newsbeam(*install).err


def test_a_kibana_that_is_away_or_not_ready_is_tried_again_later(newsbeam: Command, kibana: FakeKibana) -> None:
    kibana.starting = True
    starting = newsbeam("kibana", "install", "--url", kibana.url, *INDEX)
    assert (starting.code, "is not ready (503: Kibana server is not ready yet)" in starting.err) == (75, True)
    away = newsbeam("kibana", "install", "--url", "http://127.0.0.1:9", *INDEX)
    assert (away.code, "can't be reached (Connection refused); try again later" in away.err) == (75, True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": "7.17.3"}, "is 7.17.3; Newsbeam's dashboards need 8 or newer."),
        ({"version": None}, "refused the credentials"),
        ({"forbidden": True}, "does not permit this to the key or user in the space 'default': Unable to bulk_create"),
    ],
)
def test_a_kibana_that_will_not_do_is_a_setup_error_and_nothing_is_written(
    newsbeam: Command, kibana: FakeKibana, change: dict[str, object], said: str
) -> None:
    for name, value in change.items():
        setattr(kibana, name, value)
    done = newsbeam("kibana", "install", "--url", kibana.url, *INDEX)
    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") == 1
    assert not kibana.saved()


def test_a_wrong_space_is_named_with_those_that_are_there(newsbeam: Command, kibana: FakeKibana) -> None:
    done = newsbeam("kibana", "install", "--url", kibana.url, "--space", "deks", *INDEX)
    assert done.code == 2
    assert "has no space 'deks' that this key or user may see; there are default, desk." in done.err
    assert not kibana.objects


def test_what_kibana_refuses_is_named(newsbeam: Command, kibana: FakeKibana) -> None:
    kibana.refused_type = "search"
    done = newsbeam("kibana", "install", "--url", kibana.url, *INDEX)
    assert done.code == 2
    assert "refused 5: search news-news-desk: unsupported_type" in done.err
    kibana.refused_type = None
    assert newsbeam("kibana", "install", "--url", kibana.url, *INDEX).code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("install", *INDEX), "Which Kibana? Set 'kibana.url', or name it: --url http://localhost:5601."),
        (("install", "--url", "localhost:5601", *INDEX), "--url 'localhost:5601': is no address of a Kibana"),
        (("install", "--url", "http://me:secret@k:1", *INDEX), "--url 'http://…@k:1': must not hold a user name"),
        (("install", "--url", "http://a..b", *INDEX), "--url 'http://a..b': has a host that is no name"),
        (("install", "--url", "http://k:1/ä", *INDEX), "must be written with %, as %20"),
        (("install", "--url", "http://k:1/a b", *INDEX), "must be written with %, as %20"),
        (("install", "--url", "http://k:1", "--space", "My Desk", *INDEX), "--space 'My Desk': is no id of a space"),
        (("export", "x.ndjson"), "Kibana shows what is in Elasticsearch, but the index is the directory 'data/index'"),
        (("export", "nowhere/x.ndjson", *INDEX), "nowhere/x.ndjson can't be written (No such file or directory)."),
    ],
)
def test_wrong_usage_is_one_line_with_its_cure(newsbeam: Command, arguments: tuple[str, ...], said: str) -> None:
    done = newsbeam("kibana", *arguments)
    assert done.code == 2
    assert said in done.err
    assert "secret" not in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("key", ["secret\r\nX-Evil: 1", "secret\x00", "secret-schlüssel€"])
@pytest.mark.parametrize("command", ["kibana", "index"])
def test_a_key_that_can_not_be_sent_is_said_and_not_shown(
    newsbeam: Command, kibana: FakeKibana, monkeypatch: pytest.MonkeyPatch, command: str, key: str, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text(key)
    monkeypatch.setenv(
        f"NEWSBEAM_{'KIBANA' if command == 'kibana' else 'ELASTICSEARCH'}__API_KEY_FILE", f"{tmp_path}/key"
    )
    arguments = ("kibana", "install", "--url", kibana.url) if command == "kibana" else ("index", "status")
    done = newsbeam(*arguments, "--index", "http://localhost:1/news")
    assert done.code == 2
    assert "secret" not in done.err.replace("The secret in", "")
    assert f"{tmp_path}/key" in done.err
    assert done.err.count("\n") == 1


def test_the_line_break_behind_a_key_is_not_part_of_it(
    newsbeam: Command, kibana: FakeKibana, monkeypatch: pytest.MonkeyPatch
) -> None:
    kibana.key = "c2VjcmV0"
    monkeypatch.setenv("NEWSBEAM_KIBANA_API_KEY", "c2VjcmV0\n")
    assert newsbeam("kibana", "install", "--url", kibana.url, *INDEX).code == 0


def test_a_server_that_is_not_kibana_is_said_to_be_none(newsbeam: Command, elasticsearch_url: str) -> None:
    done = newsbeam("kibana", "install", "--url", elasticsearch_url, *INDEX)
    assert done.code == 2
    assert "There is no Kibana at" in done.err


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/api/status", b"<html><title>Welcome</title></html>"),
        ("/api/status", b'{"status": "ok", "version": "1.2.3"}'),
        ("/api/status", b'{"status": {}, "version": {"number": "\xc2\xb2"}}'),
        ("/api/status", b"[" * 200_000),
        ("/api/status", b'{"status": {'),
        ("/api/status", b""),
        ("/api/spaces/space", b'{"desk": 1}'),
        ("/s/desk/api/saved_objects/_export", b"1\n2\n"),
        ("/s/desk/api/saved_objects/_export", b'{"attributes": null}'),
        ("/s/desk/api/saved_objects/_import", b'{"success": false, "errors": "boom"}'),
        ("/s/desk/api/saved_objects/_import", b'{"success": false, "errors": ["x"]}'),
        ("/s/desk/api/saved_objects/_import", b"\xff\xfe"),
    ],
)
def test_an_answer_that_no_kibana_gives_is_one_clear_line(
    newsbeam: Command, kibana: FakeKibana, path: str, answer: bytes
) -> None:
    kibana.answers[path] = answer
    done = newsbeam("kibana", "install", "--url", kibana.url, "--space", "desk", *INDEX)
    assert done.code == 2
    assert done.err == f"newsbeam: What answers at {kibana.url} is not Kibana; correct its address.\n"
