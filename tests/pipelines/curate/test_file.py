"""The file is replaced whole or not at all."""

import stat
from pathlib import Path

import pytest

from models.errors import SetupError
from pipelines.configuration import ConfigError
from pipelines.curate.file import added, feeds_path, read_feeds_text, removed, write

TEXT = "feeds:\n  - {id: a, name: A, url: 'https://a.example/f'}\n  # b is next\n  - {id: b, name: B, url: 'https://b.example/f'}\n"
NEW = {"id": "c", "name": "C", "url": "https://c.example/f"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "feeds.yaml"
    path.write_text(TEXT)
    return path


def test_mode_byte_order_mark_and_line_ends_stay(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    file.chmod(0o640)
    before = read_feeds_text(file)
    write(before, added(before, [NEW]))
    content = file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert content.startswith(b"\xef\xbb\xbffeeds:\r\n")
    assert content.endswith(b"  - {id: c, name: C, url: https://c.example/f}\r\n")
    assert content.count(b"\n") == content.count(b"\r\n") == 5
    assert [path.name for path in file.parent.iterdir()] == ["feeds.yaml"]


def test_a_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    before = read_feeds_text(link)
    write(before, removed(before, ["a"]))
    assert link.is_symlink()
    assert [feed.id for feed in read_feeds_text(file).feeds] == ["b"]


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(file: Path) -> None:
    before = read_feeds_text(file)
    file.write_text(TEXT + "# mine\n")
    with pytest.raises(SetupError, match="changed by somebody else"):
        write(before, added(before, [NEW]))
    assert file.read_text() == TEXT + "# mine\n"


def test_a_file_with_mistakes_is_not_touched_and_its_places_are_named(file: Path) -> None:
    file.write_text(TEXT + "  - {id: a, name: A, url: x}\n")
    with pytest.raises(ConfigError) as caught:
        read_feeds_text(file)
    assert f"{file}:5:" in str(caught.value)


@pytest.mark.parametrize("content", [b"feeds: \xff", b"feeds:\n\t- x", b"#" * (4 * 2**20 + 1)])
def test_what_is_no_text_of_ours_is_refused_with_its_place(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=f"{file}:"):
        read_feeds_text(file)


@pytest.mark.parametrize(
    "text",
    [
        "feeds:\n  - &a {id: a, name: A, url: 'https://a.example/f'}\n  - {<<: *a, id: b, url: 'https://b.example/f'}\n",
        "x: &l [{id: a, name: A, url: 'https://a.example/f'}]\nfeeds: *l\n",
    ],
)
def test_where_others_would_change_too_nothing_is_written(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises((SetupError, ConfigError)):
        removed(read_feeds_text(file), ["a"])
    assert file.read_text() == text


def test_a_directory_that_takes_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("in the way")
    before = read_feeds_text(tmp_path / "config/feeds.yaml")
    with pytest.raises(SetupError, match="can't be written"):
        write(before, added(before, [NEW]))


def test_the_packaged_file_is_never_the_one_to_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert feeds_path(None) == Path("config/feeds.yaml")
    before = read_feeds_text(feeds_path(None))
    write(before, added(before, [NEW]))
    assert (tmp_path / "config/feeds.yaml").read_text().startswith("feeds:\n  - id: c\n")


def test_a_list_without_feeds_yet_takes_its_first(file: Path) -> None:
    for text in ("", "feeds:\n", "defaults: {every: 1h}\nfeeds:\n", "# nothing\n"):
        file.write_text(text)
        before = read_feeds_text(file)
        assert [feed.id for feed in added(before, [NEW]).feeds] == ["c"]
