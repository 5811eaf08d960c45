"""What feeds, pages and folders have been seen to hold, and what must not come of it."""

import gzip
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models.document import Document, Poll
from models.errors import FetchError, SetupError
from models.outcome import DocumentStatus, Polled
from models.settings import FetchSettings, FileSettings
from models.source import FeedSource, FileSource
from pipelines.fetch import Page, check_secrets, discover_files, fetch_all, fetch_pages
from pipelines.fetch.address import is_public

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOCAL = FetchSettings(allow_private_addresses=True, timeout=2, connect_timeout=1)
SMALL = FileSettings(part_bytes=64 * 1024)

Answer = bytes | Callable[[], bytes]


def http(body: bytes = b"<rss/>", *headers: bytes, status: str = "200 OK") -> bytes:
    head = [b"HTTP/1.1 " + status.encode(), b"Content-Length: %d" % len(body), b"Connection: close", *headers]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


@contextmanager
def bytes_server(answers: Mapping[str, Answer]) -> Iterator[tuple[str, list[bytes]]]:
    """Sends these bytes and no others; gives its address and the requests it saw."""
    seen: list[bytes] = []
    over = threading.Event()

    def answer(connection: socket.socket) -> None:
        with connection:
            request = b""
            while b"\r\n\r\n" not in request:
                received = connection.recv(65536)
                if not received:
                    return
                request += received
            seen.append(request)
            found = answers.get(request.split(b" ")[1].decode(), http(b"", status="404 Not Found"))
            connection.sendall(found() if callable(found) else found)

    def accept(listening: socket.socket) -> None:
        while not over.is_set():
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        thread = threading.Thread(target=accept, args=(listening,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", seen
        finally:
            over.set()
            thread.join()


def poll(url: str, settings: FetchSettings = LOCAL, **fields: Any) -> Document | Polled:
    source = FeedSource(id="f", url=url, name="F", **fields)
    (answer,) = fetch_all([Poll(id="p", source=source)], settings, FileSettings(), lambda: NOW)
    return answer


def read(path: Path, settings: FileSettings = SMALL) -> list[Document | Polled]:
    source = FileSource(id=str(path), path=str(path), name=path.name)
    return list(fetch_all([Poll(id="p", source=source)], LOCAL, settings, lambda: NOW))


def body_of(answer: Document | Polled) -> bytes:
    assert isinstance(answer, Document), answer
    return answer.body


def error_of(answer: Document | Polled) -> tuple[str, bool]:
    assert isinstance(answer, Polled)
    assert answer.failure is not None
    return answer.failure.reason, answer.failure.transient


def test_headers_that_are_not_unicode_can_be_stored() -> None:
    with bytes_server({"/f": http(b"<rss/>", b"Content-Type: text/xml; x=\xff", b'ETag: "\xff"')}) as (url, _):
        answer = poll(url + "/f")
        assert isinstance(answer, Document)
        assert answer.model_dump_json()


@pytest.mark.parametrize("url", ["http://[broken", "javascript:x", "nonsense", "http://x:99999999/", "http://%41/"])
def test_an_address_that_is_none_is_one_final_failure(url: str) -> None:
    assert error_of(poll(url)) == (error_of(poll(url))[0], False)
    (error,) = fetch_pages([url], LOCAL).values()
    assert isinstance(error, FetchError)
    assert not error.transient


def test_a_304_that_nobody_asked_for_is_no_success() -> None:
    with bytes_server({"/f": http(b"", status="304 Not Modified")}) as (url, _):
        assert "without being asked" in error_of(poll(url + "/f"))[0]


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (gzip.compress(b"<rss/>"), b""),
        (b"<rss/>", b"gzip"),
        (gzip.compress(gzip.compress(b"<rss/>")), b"gzip, gzip"),
        (b"<rss/>", b"UTF-8"),
        (gzip.compress(b"<r") + gzip.compress(b"ss/>") + b"\0\0", b"x-gzip"),
    ],
    ids=["not said", "not packed", "packed twice", "an encoding", "members and padding"],
)
def test_packing_that_is_said_wrongly_does_no_harm(body: bytes, coding: bytes) -> None:
    with bytes_server({"/f": http(body, b"Content-Encoding: " + coding)}) as (url, _):
        assert body_of(poll(url + "/f")) == b"<rss/>"


def test_a_million_empty_gzip_members_do_not_stop_the_clock() -> None:
    member = gzip.compress(b"")
    with bytes_server({"/f": http(member * (2**20 // len(member)), b"Content-Encoding: gzip")}) as (url, _):
        began = time.monotonic()
        poll(url + "/f")
        assert time.monotonic() - began < 2


def test_long_headers_are_no_failure() -> None:
    with bytes_server({"/f": http(b"<rss/>", b"Content-Security-Policy: " + b"a" * 20_000)}) as (url, _):
        assert body_of(poll(url + "/f")) == b"<rss/>"


def test_all_redirects_together_have_one_time_limit() -> None:
    def slow(number: int) -> Answer:
        def answer() -> bytes:
            time.sleep(0.8)
            return http(b"", b"Location: /%d" % (number + 1), status="302 Found")

        return answer

    with bytes_server({f"/{number}": slow(number) for number in range(5)}) as (url, _):
        assert "did not answer wholly within 2 seconds" in error_of(poll(url + "/0"))[0]


def test_secrets_stay_with_the_site_they_are_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSBEAM_TEST_SECRET", "s3cret")
    with bytes_server({"/x": http()}) as (other, seen):
        there = http(b"", b"Location: " + other.encode() + b"/x", status="302 Found")
        with bytes_server({"/f": there}) as (url, at_home):
            source = {"headers_env": {"X-Key": "NEWSBEAM_TEST_SECRET"}, "auth_env": ("NEWSBEAM_TEST_SECRET",) * 2}
            assert body_of(poll(url + "/f", **source)) == b"<rss/>"
    assert b"X-Key: s3cret" in at_home[0]
    assert b"Authorization: Basic" in at_home[0]
    assert not any(b"s3cret" in request or b"Authorization" in request for request in seen)


def test_a_header_that_would_break_the_request_is_a_mistake_in_the_set_up() -> None:
    for headers in ({"X-A": "a\r\nEvil: 1"}, {"X A": "a"}, {"Host": "elsewhere.example"}):
        with pytest.raises(SetupError, match="feed 'f'"):
            check_secrets(FeedSource(id="f", url="http://a.example/", name="F", headers=headers))


def test_queries_and_passwords_are_not_in_messages() -> None:
    with bytes_server({}) as (url, _):
        address = url.replace("//", "//user:k3y@") + "/f?key=k3y"
        assert "k3y" not in error_of(poll(address))[0]
        assert "k3y" not in str(fetch_pages([address], LOCAL)[address])


def test_the_robots_txt_of_the_site_that_a_page_redirects_to_counts() -> None:
    rules = http(b"User-agent: *\nDisallow: /no\n")
    with bytes_server({"/robots.txt": rules, "/no": http(b"<html>")}) as (other, _):
        there = http(b"", b"Location: " + other.encode() + b"/no", status="302 Found")
        with bytes_server({"/p": there}) as (url, _):
            error = fetch_pages([url + "/p"], LOCAL)[url + "/p"]
    assert isinstance(error, FetchError)
    assert "robots" in str(error)


def test_a_refused_address_is_final_for_feeds_and_pages() -> None:
    strict = FetchSettings(timeout=2)
    with bytes_server({"/f": http()}) as (url, seen):
        assert not error_of(poll(url + "/f", strict))[1]
        error = fetch_pages([url + "/f"], strict)[url + "/f"]
        assert isinstance(error, FetchError)
        assert not error.transient
    assert not seen


NOT_PUBLIC = """
127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 100.100.100.200 168.63.129.16 0.0.0.0 224.0.0.1
255.255.255.255 198.18.0.1 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fec0::1 ff02::1 ::ffff:10.0.0.1 ::127.0.0.1
64:ff9b::a00:1 64:ff9b:1::1 2002:a00:1:: 2001:0:a00:1:: 2001:db8::1 nonsense
"""


@pytest.mark.parametrize("address", NOT_PUBLIC.split())
def test_an_address_that_is_not_of_the_open_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1111", "64:ff9b::5db8:d70e", "2002:5db8:d70e::1"])
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


def test_a_slow_consumer_makes_no_request_time_out() -> None:
    settings = FetchSettings(allow_private_addresses=True, timeout=0.5)
    with bytes_server({f"/{number}": http() for number in range(12)}) as (url, _):
        polls = [Poll(id=str(n), source=FeedSource(id=str(n), url=f"{url}/{n}", name="F")) for n in range(12)]
        for answer in fetch_all(polls, settings, FileSettings(), lambda: NOW):
            assert body_of(answer) == b"<rss/>"
            time.sleep(0.1)


def test_a_consumer_that_stops_early_leaves_nothing_running() -> None:
    with bytes_server({f"/{number}": http() for number in range(40)}) as (url, seen):
        polls = [Poll(id=str(n), source=FeedSource(id=str(n), url=f"{url}/{n}", name="F")) for n in range(40)]
        answers = fetch_all(polls, LOCAL, FileSettings(), lambda: NOW)
        next(answers)
        answers.close()  # type: ignore[attr-defined]
        assert len(seen) < 40
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("newsbeam-fetch")]


def test_a_slow_host_does_not_hold_up_the_others() -> None:
    def slow() -> bytes:
        time.sleep(0.4)
        return http()

    settings = FetchSettings(allow_private_addresses=True, concurrency=4, per_host=2)
    with bytes_server({"/slow": slow, "/fast": http()}) as (url, _):
        addresses = [url + "/slow"] * 10 + [url.replace("127.0.0.1", "localhost") + "/fast"]
        polls = [Poll(id=str(n), source=FeedSource(id=str(n), url=a, name="F")) for n, a in enumerate(addresses)]
        (first, *_) = fetch_all(polls, settings, FileSettings(), lambda: NOW)
    assert isinstance(first, Document)
    assert first.url.endswith("/fast")


def test_pages_come_with_their_type_and_time() -> None:
    with bytes_server({"/p": http(b"<html>", b"Content-Type: text/html; charset=koi8-r")}) as (url, _):
        page = fetch_pages([url + "/p#part"], LOCAL)[url + "/p#part"]
    assert isinstance(page, Page)
    assert (page.url, page.media_type) == (url + "/p", "text/html; charset=koi8-r")


def test_names_that_are_not_utf_8_can_be_stored(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/a\xff.txt", "wb") as file:
        file.write(b"A story.")
    (source,) = discover_files([str(tmp_path)])
    assert source.model_dump_json()
    assert "its name is no Unicode" in error_of(read(Path(source.path))[0])[0]


def test_links_that_go_round_in_circles_end(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.txt").touch()
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "again").symlink_to(tmp_path / "a")
    for path in (tmp_path, tmp_path / "**", tmp_path / "**" / "*.txt", tmp_path / "a" / "*"):
        assert [file.path for file in discover_files([str(path)])] == [str(tmp_path / "a" / "x.txt")]


def test_a_link_to_itself_is_one_failure(tmp_path: Path) -> None:
    (tmp_path / "x").symlink_to(tmp_path / "x")
    (source,) = discover_files([str(tmp_path)])
    assert "symbolic links" in error_of(read(Path(source.path))[0])[0]


def test_a_picture_that_calls_itself_json_lines_is_one_document(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100)
    assert [answer.first_record for answer in read(tmp_path / "a.jsonl") if isinstance(answer, Document)] == [None]


def test_json_lines_in_utf_16_are_not_cut_within_a_character(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"id": n, "text": "x" * 300}) + "\n" for n in range(600))
    (tmp_path / "a.jsonl").write_bytes(lines.encode("utf-16"))
    assert [body_of(answer).decode("utf-16") for answer in read(tmp_path / "a.jsonl")] == [lines]


def test_blank_lines_after_a_full_part_are_no_document(tmp_path: Path) -> None:
    line = json.dumps({"id": 1}).encode().ljust(1023) + b"\n"
    (tmp_path / "a.jsonl").write_bytes(line * 64 + b"\n\n\n")
    assert [body_of(answer) for answer in read(tmp_path / "a.jsonl")] == [line * 64]


def test_a_record_longer_than_any_file_may_be_costs_no_neighbour(tmp_path: Path) -> None:
    long = b'{"a": "' + os.urandom(1_500_000).hex().encode() + b'"}'
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"id": 1}\n' + long + b'\n{"id": 3}\n', 1))
    answers = read(tmp_path / "a.jsonl.gz", FileSettings(part_bytes=64 * 1024, max_bytes=2**20))
    assert [type(answer).__name__ for answer in answers] == ["Document", "Polled", "Document"]
    assert isinstance(answers[1], Polled)
    assert answers[1].status is DocumentStatus.FAILED
    assert answers[1].failure is not None
    assert answers[1].failure.raw_length == len(long)
    assert isinstance(answers[2], Document)
    assert answers[2].first_record == 3
