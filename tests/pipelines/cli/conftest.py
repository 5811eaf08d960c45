"""The command in this process: as fast as a function, and what it printed as text."""

import logging
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from in_process import Command, Done

from models.settings import Settings
from pipelines.cli.endings import run_command
from pipelines.stores import open_store
from tests.articles import make_draft


@pytest.fixture
def newsbeam(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Command]:
    """Runs one command in an empty directory; signal handlers and logging are put back afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    for name in ("NEWSBEAM_INDEX", "NEWSBEAM_LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    interrupt = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str) -> Done:
        capfd.readouterr()
        code = run_command(arguments)
        captured = capfd.readouterr()
        return Done(code, captured.out, captured.err)

    yield run
    signal.signal(signal.SIGTERM, interrupt)
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)


@pytest.fixture
def filled(tmp_path: Path) -> str:
    """An embedded index with three articles."""
    address = str(tmp_path / "index")
    index, state = open_store(Settings(index=address))
    index.setup()
    state.setup()
    index.write(
        [
            make_draft("one", title="Soldaten in Kursk", body="Die Soldaten kamen aus dem Osten.", language="de"),
            make_draft("two", title="Rates rise", body="The bank raised rates.", people=("Jane Doe",)),
            make_draft("three", title="Odd \x1b[31mtitle\x07", body="With <b>tags</b> and [red]markup[/red]."),
        ]
    )
    index.refresh()
    index.close()
    state.close()
    return address
