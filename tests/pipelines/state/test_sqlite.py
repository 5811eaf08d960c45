"""What the state on disk promises beyond the contract."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.errors import SetupError, TryLater
from models.feed_state import FeedState
from pipelines.state.base import FailureFilter
from pipelines.state.sqlite import SqliteState

ROOT = Path(__file__).parents[3]

HOLDER = """
import sys, time
from pathlib import Path
from pipelines.state.sqlite import SqliteState
with SqliteState(Path(sys.argv[1])).lock():
    print("held", flush=True)
    time.sleep(600)
"""
WRITER = """
import sys
from pathlib import Path
from models.feed_state import FeedState
from pipelines.state.sqlite import SqliteState
state = SqliteState(Path(sys.argv[1]))
for n in range(100):
    state.save_feed_states([FeedState(source_id=f"{sys.argv[2]}{n}", url="https://a.example/")])
"""


def _python(code: str, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    state = SqliteState(tmp_path / "index")
    state.setup()
    state.close()
    return tmp_path / "index"


def test_another_process_is_excluded_named_and_forgotten_when_it_dies(home: Path) -> None:
    holder = _python(HOLDER, str(home))
    assert holder.stdout is not None
    holder.stdout.readline()
    with pytest.raises(TryLater, match=f"process {holder.pid} on .* since 20"), SqliteState(home).lock():
        pass
    holder.kill()
    holder.communicate()
    with SqliteState(home).lock():
        pass


def test_processes_write_side_by_side(home: Path) -> None:
    writers = [_python(WRITER, str(home), name) for name in ("a", "b")]
    for writer in writers:
        _, error = writer.communicate(timeout=120)
        assert writer.returncode == 0, error
    state = SqliteState(home)
    assert len(state.feed_states([f"{name}{n}" for name in "ab" for n in range(100)])) == 200
    state.close()


def test_nothing_is_made_before_setup(tmp_path: Path) -> None:
    state = SqliteState(tmp_path / "index")
    with pytest.raises(SetupError, match="index setup"):
        state.feed_states(["a"])
    with pytest.raises(SetupError, match="index setup"):
        list(state.failures(FailureFilter()))
    with pytest.raises(SetupError, match="index setup"), state.lock():
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_a_setup_error(home: Path) -> None:
    for file in home.glob("state.sqlite*"):
        file.unlink()
    (home / "state.sqlite").write_bytes(b"something else " * 1000)
    state = SqliteState(home)
    with pytest.raises(SetupError, match="damaged"):
        state.setup()
    with pytest.raises(SetupError, match="damaged"):
        state.save_feed_states([FeedState(source_id="a", url="https://a.example/")])


def test_a_file_in_the_place_of_the_directory_is_a_setup_error(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("not a directory")
    with pytest.raises(SetupError, match="can't be made"):
        SqliteState(tmp_path / "index").setup()


def test_a_disk_too_full_for_a_directory_is_tried_again_later(tmp_path: Path) -> None:
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "nr_inodes=1", "tmpfs", tmp_path], capture_output=True).returncode:
        pytest.skip("a small file system can be mounted by root only")
    try:
        with pytest.raises(TryLater, match="make room"):
            SqliteState(tmp_path / "index").setup()
    finally:
        subprocess.run(["umount", "-l", tmp_path], check=True)


def test_a_full_disk_is_tried_again_later(tmp_path: Path) -> None:
    home = tmp_path / "small"
    home.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(home)], capture_output=True).returncode:
        pytest.skip("a small file system can be mounted by root only")
    state = SqliteState(home / "index")
    try:
        state.setup()

        def fill() -> None:
            for n in range(10_000):
                state.save_feed_states([FeedState(source_id=f"s{n}", url="https://a.example/" + "x" * 5000)])

        with pytest.raises(TryLater, match="make room"):
            fill()
        assert "s0" in state.feed_states(["s0"])
    finally:
        state.close()
        subprocess.run(["umount", "-l", str(home)], check=True)
