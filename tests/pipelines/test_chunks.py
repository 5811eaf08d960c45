"""Work is cut so that a chunk fits into memory, and dealt out so that nothing is left or done twice."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from models.document import Poll
from models.settings import RunSettings
from models.source import FeedSource, FileSource
from pipelines.chunks import FILES_IN_CHUNK, chunks, groups, shares, size_on_disk


def feed(number: int) -> Poll:
    return Poll(id=str(number), source=FeedSource(id=f"f{number}", url=f"https://f{number}.example/", name="f"))


def file(path: Path, size: int) -> Poll:
    path.write_bytes(b"x" * size)
    return Poll(id=path.name, source=FileSource(id=str(path), path=str(path), name=path.name))


@given(st.integers(0, 50), st.integers(1, 7))
def test_feeds_are_cut_by_number_in_their_order(number: int, limit: int) -> None:
    polls = [feed(n) for n in range(number)]
    cut = list(chunks(polls, RunSettings(chunk_sources=limit)))
    assert [poll for chunk in cut for poll in chunk] == polls
    assert all(0 < len(chunk) <= limit for chunk in cut)


def test_files_are_cut_by_their_bytes(tmp_path: Path) -> None:
    polls = [file(tmp_path / str(n), 600_000) for n in range(4)]
    assert [len(chunk) for chunk in chunks(polls, RunSettings(chunk_bytes=2**20))] == [1, 1, 1, 1]
    assert [len(chunk) for chunk in chunks(polls, RunSettings(chunk_bytes=2**21))] == [3, 1]


def test_small_files_are_cut_by_their_number(tmp_path: Path) -> None:
    polls = [file(tmp_path / "a", 1)] * (FILES_IN_CHUNK + 1)
    assert [len(chunk) for chunk in chunks(polls, RunSettings())] == [FILES_IN_CHUNK, 1]


def test_a_file_that_is_gone_weighs_nothing() -> None:
    assert size_on_disk(Poll(id="x", source=FileSource(id="/gone", path="/gone", name="gone"))) == 0


@given(st.integers(0, 20), st.integers(1, 5))
def test_every_feed_goes_to_one_worker(number: int, workers: int) -> None:
    polls = [feed(n) for n in range(number)]
    dealt = shares(polls, workers, large=100)
    assert sorted(poll.id for share in dealt for poll in share) == sorted(poll.id for poll in polls)
    assert len(dealt) == min(number, workers)


def test_a_large_file_goes_to_all_workers_each_with_parts_of_its_own(tmp_path: Path) -> None:
    dealt = shares([file(tmp_path / "large", 200), file(tmp_path / "small", 10)], 2, large=100)
    assert [[(poll.id, poll.share) for poll in share] for share in dealt] == [
        [("large", (0, 2)), ("small", (0, 1))],
        [("large", (1, 2))],
    ]


def test_a_cluster_deals_out_files_one_by_one_and_the_feeds_of_a_host_together(tmp_path: Path) -> None:
    other = Poll(id="other", source=FeedSource(id="other", url="https://f1.example/other", name="other"))
    dealt = groups([feed(1), file(tmp_path / "a", 1), feed(2), other, file(tmp_path / "b", 1)])
    assert [[poll.id for poll in group.polls] for group in dealt] == [["1", "other"], ["a"], ["2"], ["b"]]
