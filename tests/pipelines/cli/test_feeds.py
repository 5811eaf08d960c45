"""`newsbeam feeds`, for curators."""

import io
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from corpus import rss
from in_process import Command
from misbehaving_server import Server, serve

from models.feed_state import FeedState
from models.settings import Settings
from pipelines.curate import discovery
from pipelines.stores import open_store

PAGE = b'<html><head><link rel="alternate" type="application/rss+xml" href="/news.xml"></head><body></body></html>'
OPML = """<opml version="2.0"><body>
<outline text="Ports"><outline text="North" xmlUrl="https://north.example/f"/>
<outline text="Again" xmlUrl="https://NORTH.example/f/"/></outline>
<outline text="Odd" xmlUrl="feed.xml"/>
</body></opml>"""
WRITTEN = """\
# Ours.
defaults: {every: 15m}
feeds:
  - id: archive
    url: URL/feed
    name: The Archive   # since 1990

  # They write in two languages.
  - id: second
    url: "URL/second.xml"
    name: Second
    enabled: false
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(discovery, "PAUSE", 0.0)
    with serve() as running:
        running.feeds |= {"/home": PAGE, "/news.xml": rss(4, 10, title="Harbour News"), "/second.xml": rss(3, 20)}
        yield running


@pytest.fixture
def file(tmp_path: Path, server: Server) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/newsbeam.yaml").write_text("fetch: {allow_private_addresses: true, timeout: 5}\n")
    path = tmp_path / "config/feeds.yaml"
    path.write_text(WRITTEN.replace("URL", server.url))
    return path


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.usefixtures("file")
def test_list_shows_every_feed_with_the_defaults_filled_in(newsbeam: Command, server: Server) -> None:
    done = newsbeam("feeds", "list")
    assert done.code == 0
    assert "archive" in done.out
    assert f"{server.url}/second.xml" in done.out
    first, second = lines(newsbeam("feeds", "list", "--json").out)
    assert (first["id"], first["every"], first["full_text"], first["enabled"]) == ("archive", "15m", "feed", True)
    assert second["enabled"] is False


def test_list_without_feeds_says_how_to_begin(newsbeam: Command, file: Path) -> None:
    file.write_text("feeds: []\n")
    assert "newsbeam feeds add URL" in newsbeam("feeds", "list").out


@pytest.mark.usefixtures("file")
def test_check_shows_what_would_be_indexed_and_touches_no_index(newsbeam: Command, tmp_path: Path) -> None:
    done = newsbeam("feeds", "check", "archive", "--limit", "1")
    assert (done.code, done.err) == (0, "")
    assert "Archive · English · 3 entries" in done.out
    assert "words · text from feed" in done.out
    assert "stale: its newest entry is from 2026-01-" in done.out
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("file")
def test_check_as_json_is_one_feed_a_line(newsbeam: Command) -> None:
    (found,) = lines(newsbeam("feeds", "check", "--json").out)
    assert (found["id"], found["entries"], found["error"], len(found["records"])) == ("archive", 3, None, 2)
    (found,) = lines(newsbeam("feeds", "check", "second", "--json").out)
    assert found["id"] == "second"


def test_check_takes_an_address_and_another_file(newsbeam: Command, server: Server, file: Path, tmp_path: Path) -> None:
    (tmp_path / "draft.yaml").write_text(f"feeds:\n  - {{id: new, name: N, url: '{server.url}/news.xml'}}\n")
    done = newsbeam("feeds", "check", f"{server.url}/feed/", "draft.yaml", f"{server.url}/second.xml?x=1", "--json")
    assert done.code == 0
    assert [found["id"] for found in lines(done.out)] == ["archive", "new", f"{server.url}/second.xml?x=1"]
    assert file.exists()


@pytest.mark.parametrize(
    ("paths", "code", "said"),
    [
        (["/html"], 3, "1 of 1 feeds can't be read: "),
        (["/feed", "/html", "/status/503"], 3, "2 of 3 feeds can't be read: "),
        (["/status/503", "/broken-off"], 75, "no feed can be reached now; try again later"),
        (["/status/503", "/status/404"], 3, "2 of 2"),
    ],
)
@pytest.mark.usefixtures("file")
def test_check_ends_with_a_code_for_ci(
    newsbeam: Command, server: Server, paths: list[str], code: int, said: str
) -> None:
    done = newsbeam("feeds", "check", *(server.url + path for path in paths))
    assert done.code == code
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_check_names_what_is_wrong_with_the_file_with_line_and_column(newsbeam: Command, file: Path) -> None:
    file.write_text(file.read_text() + "  - {id: archive, name: A, ulr: x}\n")
    done = newsbeam("feeds", "check")
    assert done.code == 2
    assert "config/feeds.yaml:13:" in done.err
    assert "did you mean 'url'?" in done.err


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("archiv", "did you mean 'archive'?"),
        ("zzz", "newsbeam feeds list"),
        ("no.yaml", "no.yaml"),
        ("ftp://x", "https://"),
    ],
)
@pytest.mark.usefixtures("file")
def test_check_of_what_is_not_there_is_wrong_usage(newsbeam: Command, named: str, said: str) -> None:
    done = newsbeam("feeds", "check", named)
    assert done.code == 2
    assert said in done.err


def test_check_wants_the_secrets_of_what_it_fetches(newsbeam: Command, server: Server, file: Path) -> None:
    file.write_text(f"feeds: [{{id: a, name: A, url: '{server.url}/feed', headers: {{X-Key: '${{NOT_SET_HERE}}'}}}}]\n")
    done = newsbeam("feeds", "check")
    assert done.code == 2
    assert "NOT_SET_HERE" in done.err


def test_add_finds_the_feed_behind_a_page_and_writes_what_it_found_out(
    newsbeam: Command, server: Server, file: Path
) -> None:
    before = file.read_text()
    done = newsbeam(
        "feeds", "add", f"{server.url}/home", "--section", "ports", "--tag", "a", "--tag", "b", "--every", "15m"
    )
    assert done.code == 0, done.err
    assert "Harbour News · English · 4 entries, the newest from" in done.out
    assert "added to config/feeds.yaml, line 14" in done.out
    assert file.read_text() == before + (
        f"\n  - id: harbour-news\n    url: {server.url}/news.xml\n    name: Harbour News\n"
        "    language: en\n    section: ports\n    tags: [a, b]\n"
    )
    assert newsbeam("config", "check").code == 0


@pytest.mark.usefixtures("file")
def test_add_takes_a_bare_host_that_speaks_plain_http_only(newsbeam: Command, server: Server) -> None:
    port = server.server_address[1]
    done = newsbeam("feeds", "add", f"localhost:{port}/home", "--dry-run")
    assert done.code == 0, done.err
    assert f"url: http://localhost:{port}/news.xml" in done.out


def test_add_in_a_dry_run_writes_nothing(newsbeam: Command, server: Server, file: Path) -> None:
    before = file.read_bytes()
    done = newsbeam("feeds", "add", f"{server.url}/home", "--dry-run")
    assert done.code == 0
    assert "would be added" in done.out
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["URL/feed#top"], 2, "config/feeds.yaml:4: feed 'archive' has the address"),
        (["URL/elsewhere?/second.xml"], 2, "config/feeds.yaml:9: feed 'second' has the address"),
        (["URL/home", "--id", "ARCHIVE"], 2, "config/feeds.yaml:4: the id 'archive' is taken"),
        (["URL/home", "--id", "a b"], 2, "'id' must be letters, digits"),
        (["URL/home", "--language", "zz"], 2, "'zz' is no language's code"),
        (["URL/home", "--every", "15"], 2, "is not a duration"),
        (["URL/home", "--full-text", "all"], 2, "--full-text"),
        (["URL/private/page"], 2, "robots"),
        (["URL/status/404"], 2, "there is nothing at this address"),
        (["URL/status/503"], 75, "Try again later"),
        (["nonsense"], 2, "is no absolute address"),
    ],
)
def test_add_that_cannot_be_says_why_in_one_line_and_writes_nothing(
    newsbeam: Command, server: Server, file: Path, arguments: list[str], code: int, said: str
) -> None:
    before = file.read_bytes()
    done = newsbeam("feeds", "add", *(argument.replace("URL", server.url) for argument in arguments))
    assert done.code == code
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert file.read_bytes() == before


def test_add_without_a_configuration_begins_one(
    newsbeam: Command, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSBEAM_FETCH__ALLOW_PRIVATE_ADDRESSES", "true")
    done = newsbeam("feeds", "add", f"{server.url}/home", "--id", "h", "--name", "H", "--language", "de")
    assert done.code == 0, done.err
    assert "config/feeds.yaml is new" in done.err
    written = (tmp_path / "config/feeds.yaml").read_text()
    assert written == f"feeds:\n  - id: h\n    url: {server.url}/news.xml\n    name: H\n    language: de\n"


def test_remove_takes_the_feed_and_its_own_comment_only(newsbeam: Command, file: Path) -> None:
    before = file.read_text()
    done = newsbeam("feeds", "remove", "second", "--dry-run")
    assert (done.code, file.read_text()) == (0, before)
    done = newsbeam("feeds", "remove", "second")
    assert done.out == "second removed from config/feeds.yaml, line 9\n"
    assert file.read_text() == before.partition("\n\n  # They")[0] + "\n"


def test_remove_is_all_or_nothing(newsbeam: Command, file: Path) -> None:
    before = file.read_text()
    done = newsbeam("feeds", "remove", "second", "archiv")
    assert done.code == 2
    assert "did you mean 'archive'?" in done.err
    assert file.read_text() == before


def test_import_adds_what_is_new_and_reports_the_rest(newsbeam: Command, file: Path, tmp_path: Path) -> None:
    (tmp_path / "list.opml").write_text(OPML)
    dry = newsbeam("feeds", "import", "list.opml", "--dry-run")
    assert "north  https://north.example/f  (Ports)" in dry.out
    assert "https://north" not in file.read_text()
    done = newsbeam("feeds", "import", "list.opml")
    assert done.code == 0
    assert done.err.splitlines() == [
        "list.opml:3: 'Again' stands in line 2 already",
        "list.opml:4: 'Odd' was left out: its address 'feed.xml' is no absolute address;"
        " write it as https://example.org/feed.xml",
    ]
    assert done.out == "1 of 3 feeds added to config/feeds.yaml\n"
    assert file.read_text().endswith(
        "  - id: north\n    url: https://north.example/f\n    name: North\n    section: Ports\n"
    )
    assert newsbeam("feeds", "import", "list.opml").out == "0 of 3 feeds added to config/feeds.yaml\n"


def test_import_reads_standard_input(newsbeam: Command, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(OPML.encode())))
    assert newsbeam("feeds", "import", "-").code == 0
    assert "north" in file.read_text()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'<!DOCTYPE o [<!ENTITY a "b">]><opml/>', "list.opml:1: declares entities"),
        (b"<rss/>", "is no OPML"),
        (b"<opml><body><outline text='x'/></body></opml>", "holds no feeds"),
        (None, "can't be read: No such file"),
    ],
)
@pytest.mark.usefixtures("file")
def test_import_of_what_is_no_list_is_wrong_usage(
    newsbeam: Command, tmp_path: Path, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "list.opml").write_bytes(content)
    done = newsbeam("feeds", "import", "list.opml")
    assert done.code == 2
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_what_was_exported_is_imported_as_the_same(newsbeam: Command, file: Path, tmp_path: Path) -> None:
    before = newsbeam("feeds", "list", "--json").out
    assert newsbeam("feeds", "export", "out.opml").out == "2 feeds written to out.opml\n"
    assert newsbeam("feeds", "export").out == (tmp_path / "out.opml").read_text()
    file.write_text("feeds: []\n")
    assert newsbeam("feeds", "import", "out.opml").code == 0
    assert newsbeam("feeds", "list", "--json").out == before


def test_export_keeps_headers_to_itself_and_says_so(newsbeam: Command, file: Path) -> None:
    file.write_text("feeds: [{id: a, name: A, url: 'https://a.example/f', headers: {X-Edition: inner}}]\n")
    done = newsbeam("feeds", "export")
    assert "inner" not in done.out
    assert "feed 'a': its headers and credentials are not in the list" in done.err


def test_secrets_in_addresses_are_hidden_but_in_what_is_exported(newsbeam: Command, server: Server, file: Path) -> None:
    file.write_text(f"feeds: [{{id: a, name: A, url: '{server.url}/elsewhere?/feed?token=hunter2&x'}}]\n")
    for arguments in (["list"], ["list", "--json"], ["check"], ["check", "--json"], ["check", "a"]):
        done = newsbeam("feeds", *arguments)
        assert done.code == 0
        assert "hunter2" not in done.out + done.err
    assert "looks like a secret" in newsbeam("feeds", "check").out
    done = newsbeam("feeds", "export")
    assert "hunter2" in done.out
    assert "feed 'a': its address holds a secret" in done.err


@pytest.mark.usefixtures("file")
def test_status_shows_trouble_first(newsbeam: Command, tmp_path: Path) -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    index, state = open_store(Settings(index=str(tmp_path / "data/index")))
    state.setup()
    state.save_feed_states(
        [FeedState(source_id="archive", url="u", last_attempt_at=at, failures_in_a_row=2, last_error="It is away.")]
    )
    index.close()
    state.close()
    done = newsbeam("feeds", "status")
    assert done.code == 0
    assert "archive: It is away." in done.out
    failing, disabled = lines(newsbeam("feeds", "status", "--json").out)
    assert (failing["id"], failing["condition"], failing["failures_in_a_row"]) == ("archive", "failing", 2)
    assert disabled["condition"] == "disabled"


@pytest.mark.usefixtures("file")
def test_status_after_a_run_knows_the_last_success_and_the_last_new_article(newsbeam: Command) -> None:
    assert newsbeam("run").code == 0
    well, _ = lines(newsbeam("feeds", "status", "--json").out)
    assert well["condition"] == "well"
    assert well["last_new_at"] == well["last_success_at"] is not None
    assert well["every_seconds"] == 900


def test_a_feed_that_is_gone_for_good_is_retired_until_it_is_asked_for_and_answers(
    newsbeam: Command, server: Server, file: Path
) -> None:
    file.write_text(
        f"feeds: [{{id: a, name: A, url: '{server.url}/status/410'}}, {{id: b, name: B, url: '{server.url}/feed'}}]\n"
    )
    report = json.loads(newsbeam("run", "--json").out)
    assert any("gone for good" in reason and "polled no more" in reason for reason in report["failures_by_reason"])
    retired, _ = lines(newsbeam("feeds", "status", "--json").out)
    assert (retired["id"], retired["condition"], retired["retired"]) == ("a", "retired", True)
    assert retired["next_due_at"] is None
    assert "newsbeam feeds remove a" in newsbeam("feeds", "status").out
    assert [feed["retired"] for feed in lines(newsbeam("feeds", "list", "--json").out)] == [True, False]
    assert "/status/410 (retired)" in newsbeam("feeds", "list").out
    assert newsbeam("status").code == 3

    assert "nothing was due" in newsbeam("run").out
    assert newsbeam("run", "--all").code == 0
    assert len(server.seen["/status/410"]) == 2
    server.feeds["/status/410"] = rss(2, 50)
    assert json.loads(newsbeam("run", "--source", "a", "--json").out)["totals"]["new"] == 2
    assert {feed["condition"] for feed in lines(newsbeam("feeds", "status", "--json").out)} == {"well"}
    assert newsbeam("status").code == 0


def test_list_marks_nothing_where_the_index_is_away_and_says_so(newsbeam: Command, file: Path) -> None:
    done = newsbeam("feeds", "list", "--json", "--index", "http://127.0.0.1:9/news")
    assert (done.code, len(lines(done.out)), len(done.err.splitlines())) == (0, 2, 1)
    assert "can't be told" in done.err
    assert file.exists()


def test_what_servers_ask_for_is_kept_from_run_to_run_and_told(newsbeam: Command, server: Server, file: Path) -> None:
    def entry(id_: str, path: str) -> str:
        return f"  - {{id: {id_}, name: {id_}, url: '{server.url}{path}', every: 15m}}\n"

    file.write_text("feeds:\n" + entry("slow", "/said?Cache-Control=max-age%3D7200"))
    assert newsbeam("run").code == 0
    (slow,) = lines(newsbeam("feeds", "status", "--json").out)
    assert (slow["every_seconds"], slow["asked_for_seconds"]) == (7200, 7200)
    assert "slow: asks to be read no more often than every 2h" in newsbeam("feeds", "status").out

    file.write_text("feeds:\n" + entry("limited", "/wait-seconds"))
    assert newsbeam("run").code == 75
    file.write_text("feeds:\n" + entry("limited", "/wait-seconds") + entry("new", "/feed"))
    assert "nothing was due" in newsbeam("run").out
    assert not server.seen["/feed"]
    assert newsbeam("run", "--source", "new").code == 0
    assert len(server.seen["/feed"]) == 1


def test_a_feed_that_has_moved_for_good_is_said_with_its_new_address(
    newsbeam: Command, server: Server, file: Path
) -> None:
    file.write_text(f"feeds: [{{id: a, name: A, url: '{server.url}/elsewhere?/feed'}}]\n")
    newsbeam("run")
    newsbeam("run", "--all")
    assert (len(server.seen["/elsewhere"]), len(server.seen["/feed"])) == (1, 2)
    assert f"has moved for good, and is asked there; write url: {server.url}/feed" in " ".join(
        newsbeam("feeds", "status").out.split()
    )
