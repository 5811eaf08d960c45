"""Files are found, read as streams and cut at record borders; what can't be read is one clear failure."""

import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.document import Document, Poll
from models.errors import SetupError
from models.outcome import Polled
from models.settings import FetchSettings, FileSettings
from models.source import FileSource
from pipelines.fetch import discover_files, fetch_all
from pipelines.fetch.records import BLANK, Overlong, Part, cut, holds_records

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SMALL = FileSettings(part_bytes=64 * 1024, max_bytes=200_000)


def read(path: Path, settings: FileSettings = SMALL, share: tuple[int, int] = (0, 1)) -> list[Document | Polled]:
    source = FileSource(id=str(path), path=str(path), name=path.name)
    return list(fetch_all([Poll(id="p", source=source, share=share)], FetchSettings(), settings, lambda: NOW))


def bodies(answers: list[Document | Polled]) -> list[bytes]:
    return [answer.body for answer in answers if isinstance(answer, Document)]


def reasons(answers: list[Document | Polled]) -> list[str]:
    return [answer.failure.reason for answer in answers if isinstance(answer, Polled) and answer.failure]


def lines(number: int, length: int = 100) -> bytes:
    return b"".join(json.dumps({"id": n, "text": "x" * length}).encode() + b"\n" for n in range(number))


def test_a_file_of_one_record_is_one_document(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Lima – A story.")
    (document,) = read(tmp_path / "a.txt")
    assert isinstance(document, Document)
    assert (document.body, document.first_record, document.url) == (
        "Lima – A story.".encode(),
        None,
        str(tmp_path / "a.txt"),
    )


def test_gzip_is_known_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(gzip.compress(b"A story.") + gzip.compress(b" And more."))
    assert bodies(read(tmp_path / "a.txt")) == [b"A story. And more."]


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_of_many_records_comes_in_parts_that_know_their_first_record(tmp_path: Path, packed: bool) -> None:
    content = lines(3000)
    (tmp_path / "a.json").write_bytes(gzip.compress(content) if packed else content)
    answers = read(tmp_path / "a.json")
    assert len(answers) > 3
    assert b"".join(bodies(answers)) == content
    for answer in answers:
        assert isinstance(answer, Document)
        assert len(answer.body) <= SMALL.part_bytes
        assert json.loads(answer.body.split(b"\n")[0])["id"] + 1 == answer.first_record
    assert len({answer.id for answer in answers if isinstance(answer, Document)}) == len(answers)


def test_several_readers_share_the_parts_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(3000))
    whole = bodies(read(tmp_path / "a.jsonl"))
    shared = [bodies(read(tmp_path / "a.jsonl", share=(k, 3))) for k in range(3)]
    assert [whole[k::3] for k in range(3)] == shared


def test_a_file_of_one_record_goes_to_the_first_reader_only(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    assert [len(read(path, share=(k, 2))) for k in range(2) for path in (tmp_path / "a.txt", tmp_path / "gone")] == [
        1,
        1,
        0,
        0,
    ]


def test_a_record_that_is_too_long_costs_no_neighbour(tmp_path: Path) -> None:
    content = [b'{"id": 1}', b'{"id": 2, "text": "' + b"x" * 100_000 + b'"}', b'{"id": 3}']
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(content))
    answers = read(tmp_path / "a.jsonl")
    assert b"".join(bodies(answers)).split() == [b'{"id":', b"1}", b'{"id":', b"3}"]
    assert reasons(answers) == [
        f"Record 2 of {tmp_path / 'a.jsonl'} is 100,021 bytes long, more than the 65,536 that 'files.part_bytes' in"
        " newsbeam.yaml allows."
    ]


def test_one_endless_line_is_a_failure_and_needs_no_memory(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "' + b"x" * 1_000_000)
    assert "Record 1 of" in " ".join(reasons(read(tmp_path / "a.jsonl")))


def test_a_json_feed_on_one_line_is_no_file_of_records(tmp_path: Path) -> None:
    feed = b'{"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": []}\n'
    (tmp_path / "a.json").write_bytes(feed)
    (document,) = read(tmp_path / "a.json")
    assert isinstance(document, Document)
    assert document.first_record is None


def test_an_empty_file_is_a_document_without_content(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").touch()
    assert bodies(read(tmp_path / "a.jsonl")) == [b""]


def test_a_gzip_bomb_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(bytes(50 * 2**20)))
    assert "than the 200,000 bytes" in reasons(read(tmp_path / "a.txt.gz"))[0]


def test_gzip_that_breaks_off_keeps_the_parts_before(tmp_path: Path) -> None:
    packed = gzip.compress(lines(5000), 1)
    (tmp_path / "a.jsonl.gz").write_bytes(packed[: len(packed) * 3 // 4])
    answers = read(tmp_path / "a.jsonl.gz")
    assert bodies(answers)
    assert "ends too early" in reasons(answers)[0]


@pytest.mark.parametrize("content", [b"\x1f\x8b", b"\x1f\x8b\x08\x00nonsense", b"\x1f\x8bnot gzip at all"])
def test_what_only_looks_like_gzip_is_a_failure(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.gz").write_bytes(content)
    assert len(reasons(read(tmp_path / "a.gz"))) == 1


def test_what_is_no_file_is_a_failure_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "is a pipe" in reasons(read(tmp_path / "pipe"))[0]
    assert "is a directory" in reasons(read(tmp_path))[0]
    assert "does not exist" in reasons(read(tmp_path / "gone"))[0]
    (tmp_path / "loop").symlink_to("loop")
    assert reasons(read(tmp_path / "loop"))


@st.composite
def streams(draw: st.DrawFn) -> list[bytes]:
    """Any bytes, many line ends among them, in chunks of any size."""
    pieces = st.sampled_from([b"\n", b"\r\n", b"  ", b"{}", b'{"a": 1}', b"\xef\xbb\xbf", b"\x0b"]) | st.binary(
        max_size=20
    )
    stream = b"".join(draw(st.lists(pieces, max_size=40)))
    size = draw(st.integers(1, 50))
    return [stream[start : start + size] for start in range(0, len(stream), size)]


def is_record(line: bytes) -> bool:
    return bool(line.strip(BLANK))


@given(streams(), st.integers(1, 60))
def test_cutting_loses_no_record_and_numbers_each(chunks: list[bytes], size: int) -> None:
    expected = [line for line in b"".join(chunks).split(b"\n") if is_record(line)]
    seen: list[bytes] = []
    for part in cut(chunks, size):
        if isinstance(part, Overlong):
            assert part.number == len(seen) + 1
            assert len(part.start) == part.length >= size
            seen.append(part.start)
        else:
            assert part.first_record == len(seen) + 1
            assert len(part.body) <= size
            lines = [line for line in part.body.split(b"\n") if is_record(line)]
            assert len(lines) == part.records > 0
            seen += lines
    assert seen == expected


@given(streams())
def test_parts_joined_are_the_stream_where_no_line_is_too_long(chunks: list[bytes]) -> None:
    stream = b"".join(chunks)
    longest = max(map(len, stream.split(b"\n"))) + 1
    joined = b"".join(part.body for part in cut(chunks, longest) if isinstance(part, Part))
    assert [line for line in joined.split(b"\n") if is_record(line)] == [
        line for line in stream.split(b"\n") if is_record(line)
    ]
    assert b"".join(part.body for part in cut(chunks, len(stream) + 1) if isinstance(part, Part)) in (stream, b"")


@given(streams(), st.integers(1, 60), st.integers(1, 7))
def test_where_the_cuts_fall_does_not_depend_on_the_chunks(chunks: list[bytes], size: int, other: int) -> None:
    stream = b"".join(chunks)
    rechunked = [stream[start : start + other] for start in range(0, len(stream), other)]
    assert list(cut(chunks, size)) == list(cut(rechunked, size))


@given(st.binary(max_size=200))
def test_any_bytes_are_records_or_not(head: bytes) -> None:
    assert holds_records("a.bin", head) in (True, False)


def test_directories_are_searched_in_depth_by_name(tmp_path: Path) -> None:
    for name in ("b/2.txt", "b/10.txt", "a.txt", ".hidden", ".git/x", "c/d/e.xml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "c" / "up").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    found = [os.path.relpath(file.path, tmp_path) for file in discover_files([str(tmp_path)])]
    assert found == ["a.txt", "b/10.txt", "b/2.txt", "c/d/e.xml"]


def test_globs_and_doubled_paths_give_each_file_once(tmp_path: Path) -> None:
    for name in ("x/1.txt", "x/y/2.txt", "3.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    files = discover_files([f"{tmp_path}/**/*.txt", str(tmp_path / "3.txt"), str(tmp_path / "x")])
    assert sorted(file.name for file in files) == ["1.txt", "2.txt", "3.txt"]
    assert [file.order for file in files] == [0, 1, 2]


def test_a_name_with_brackets_is_taken_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "a[1].txt").touch()
    assert [file.name for file in discover_files([str(tmp_path / "a[1].txt")])] == ["a[1].txt"]


@pytest.mark.parametrize("path", ["gone.txt", "gone/*.txt"])
def test_a_path_that_means_nothing_is_said(path: str, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="gone"):
        discover_files([str(tmp_path / path)])
