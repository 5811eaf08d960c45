"""What holds for every command: help, exit codes, messages, options in both places, nothing loaded in vain."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from in_process import Command

from pipelines import NEWSBEAM_VERSION

COMMANDS = [
    "run",
    "preview",
    "search",
    "export",
    "failures list",
    "failures show",
    "index setup",
    "index status",
    "index migrate",
    "index re-enrich",
    "config check",
    "config show",
    "config schema",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(newsbeam: Command, command: str) -> None:
    done = newsbeam(*command.split(), "--help")
    assert done.code == 0
    assert f"newsbeam {command}" in done.out.replace(f"Usage: newsbeam {command}", "")
    assert "--config" in done.out
    assert "--index" in done.out


def test_help_lists_the_commands_and_the_exit_codes(newsbeam: Command) -> None:
    done = newsbeam("--help")
    assert done.code == 0
    assert all(command.split()[0] in done.out for command in COMMANDS)
    assert "75 try again later" in " ".join(done.out.split())


def test_the_version_is_the_packages(newsbeam: Command) -> None:
    assert newsbeam("--version").out == f"newsbeam {NEWSBEAM_VERSION}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serch"], "No such command 'serch'. Did you mean 'search'?"),
        (["search", "--lmit", "3"], "No such option: --lmit (Possible options: --like, --limit)"),
        (["search", "--limit", "many"], "--limit"),
        (["search", "--limit", "1001"], "--limit"),
        (["search", "x", "y"], "unexpected extra argument"),
        (["search", "--since", "yesterday"], "--since: 'yesterday' is no such time; write 2025-04-01"),
        (["search", "--since", "2025-04-01T10:00"], "has no zone; write 2025-04-01T10:00Z for UTC"),
        (["search", "--since", "2025-05-01", "--until", "2025-04-01"], "is not before --until 2025-04-01"),
        (["search", "--language", "klingonish"], "--language: 'klingonish' is no language; write de, en or fr"),
        (["run", "https://example.org/feed"], "is an address, and files are read from paths; newsbeam feeds add"),
        (["preview", "https://[x"], "'https://[x' is no address: Invalid IPv6 URL"),
        (["run", "-"], "standard input is not read"),
        (["run", "x", "--runner", "flunk"], "'flunk' is no runner to run on; take local, flink, dataflow or spark"),
        (["search", "x", "--index", ""], "1 problem in the configuration"),
        (["index", "re-enrich", "--index", "nowhere"], "There is no index in nowhere"),
        (["feeds", "remove", "herald"], "there is no config/feeds.yaml to remove a feed from"),
        (["search", "--filter", "contries=KP"], "no field 'contries' to filter by; did you mean 'countries'?"),
        (["search", "--filter", "KP"], "'KP' is not FIELD=VALUE"),
        (["run", "x", "--source", "y"], "--source and --all choose feeds; they do not go with paths"),
        (["run", "--workers", "0"], "--workers"),
        (["preview"], "Missing argument"),
        (["failures", "show"], "Missing argument"),
        (["config", "schema", "serch"], "there is no schema 'serch'; did you mean 'search'?"),
        (["config", "check", "--config", "nowhere"], "1 problem in the configuration"),
        (["search", "--index", "ftp://localhost/x"], "1 problem in the configuration"),
    ],
)
def test_wrong_usage_is_one_line_on_standard_error_and_exit_code_2(
    newsbeam: Command, arguments: list[str], said: str
) -> None:
    done = newsbeam(*arguments)
    assert done.code == 2
    assert done.out == ""
    last = done.err.splitlines()[-1]
    assert last.startswith("newsbeam: ")
    assert said in last
    assert "Traceback" not in done.err


def test_a_broken_configuration_is_shown_line_by_line(newsbeam: Command, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/feeds.yaml").write_text("feeds:\n  - {id: a, ulr: x}\n  - {id: b, name: B}\n")
    done = newsbeam("config", "check")
    assert done.code == 2
    assert done.err.splitlines() == [
        "config/feeds.yaml:2:5: 'name' is missing",
        "config/feeds.yaml:2:5: 'url' is missing",
        "config/feeds.yaml:2:13: unknown key 'ulr'; did you mean 'url'?",
        "config/feeds.yaml:3:5: 'url' is missing",
        "newsbeam: 4 problems in the configuration",
    ]


def test_what_stands_in_a_file_does_not_reach_the_terminal_as_a_command(newsbeam: Command, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/feeds.yaml").write_text('feeds: []\n"\\e[31mred\\a": 1\n')
    done = newsbeam("config", "check")
    assert "unknown key '[31mred'" in done.err
    assert "\x1b" not in done.err


def test_run_without_feeds_and_paths_says_so(newsbeam: Command, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/feeds.yaml").write_text("feeds: []\n")
    done = newsbeam("run")
    assert done.code == 2
    assert "no feed is enabled and no path was given" in done.err


def test_a_report_that_could_not_be_written_stops_the_run_before_it_begins(newsbeam: Command, tmp_path: Path) -> None:
    (tmp_path / "article.txt").write_text("A text.")
    done = newsbeam("run", "article.txt", "--report", "nowhere/report.json", "--index", "index")
    assert done.code == 2
    assert "nowhere/report.json" in done.err
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize("place", ["before", "after"])
def test_config_and_index_are_taken_before_and_after_the_command(newsbeam: Command, filled: str, place: str) -> None:
    arguments = ["--index", filled, "search", "rates"] if place == "before" else ["search", "rates", "--index", filled]
    done = newsbeam(*arguments)
    assert done.code == 0
    assert "Rates rise" in done.out


def test_search_export_and_failures_never_import_beam_or_parse(filled: str) -> None:
    program = f"""
import sys
from pipelines.cli.endings import run_command
for arguments in (["search", "x"], ["export"], ["failures", "list"], ["index", "status"]):
    assert run_command([*arguments, "--index", {filled!r}]) == 0
print([name for name in ("apache_beam", "trafilatura", "feedparser", "structlog") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_reader_that_leaves_is_no_error(filled: str) -> None:
    for arguments in (("export", "--index", filled), ("search", "--index", filled), ("--help",)):
        newsbeam = subprocess.Popen(
            [sys.executable, "-m", "pipelines.cli", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert newsbeam.stdout is not None
        assert newsbeam.stderr is not None
        newsbeam.stdout.close()
        assert newsbeam.stderr.read() == b""
        newsbeam.stderr.close()
        assert newsbeam.wait() == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("command", ["export", "search"])
def test_a_full_disk_under_standard_output_says_try_again(filled: str, command: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.cli", command, "--index", filled],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 75
    assert done.stderr == "newsbeam: there is no room left where the output is written; make some and run again\n"


def test_closed_standard_output_is_one_line_and_2() -> None:
    command = f"{sys.executable} -m pipelines.cli --version >&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "newsbeam: standard output is closed; send it to /dev/null if nobody is to read it\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_command_with_75(tmp_path: Path, number: signal.Signals) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background inherits deafness to it
    fifo = tmp_path / "feeds.yaml"
    os.mkfifo(fifo)
    command = [sys.executable, "-m", "pipelines.cli", "config", "check", "--config", str(tmp_path)]
    newsbeam = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    with fifo.open("w"):  # opens when the command opens it to read, and holds it there
        newsbeam.send_signal(number)
        _, said = newsbeam.communicate(timeout=20)
    assert newsbeam.returncode == 75
    assert said == "newsbeam: stopped before the end\n"


def test_output_is_utf_8_in_any_locale(filled: str) -> None:
    environ = os.environ | {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "search", "rates", "--index", filled],
        capture_output=True,
        env=environ,
        check=True,
    )
    assert b"Rates rise" in done.stdout


def test_what_migrate_did_is_one_object_for_scripts(newsbeam: Command, filled: str) -> None:
    done = newsbeam("index", "migrate", "--json", "--index", filled)
    assert (done.code, json.loads(done.out)) == (0, {"migrated": []})
