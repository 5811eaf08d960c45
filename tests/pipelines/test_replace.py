"""A file is replaced whole; what is no file is written to."""

import os
from pathlib import Path
from threading import Thread

from pipelines.replace import replace_file


def test_what_a_link_leads_to_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    link, target = tmp_path / "link", tmp_path / "elsewhere" / "file"
    target.parent.mkdir()
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    replace_file(link, b"new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_pipe_stays_a_pipe_and_its_reader_gets_the_content(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", list[bytes]()
    os.mkfifo(pipe)
    reader = Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    replace_file(pipe, b"new")
    reader.join(10)
    assert (pipe.is_fifo(), read) == (True, [b"new"])


def test_a_device_stays_a_device() -> None:
    replace_file(Path(os.devnull), b"new")
    assert Path(os.devnull).is_char_device()


def test_nothing_is_left_beside_the_file(tmp_path: Path) -> None:
    replace_file(tmp_path / "file", b"one", mode=0o600)
    replace_file(tmp_path / "file", b"two")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600
