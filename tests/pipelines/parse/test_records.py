import gzip
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from time import process_time
from typing import get_args

import pytest

from models.article import TextStatus
from models.document import Entry
from models.outcome import OutcomeKind, Parsed
from models.settings import FileSettings, RecordField

Read = Callable[..., Parsed]

PATH = "/data/articles.jsonl"


@pytest.fixture
def record(read_file: Read) -> Callable[..., Entry]:
    def read(value: dict[str, object], **changes: object) -> Entry:
        (entry,) = read_file(json.dumps(value), PATH, **changes).entries
        return entry

    return read


def test_a_record_says_everything_it_has(record: Callable[..., Entry]) -> None:
    entry = record(
        {
            "id": 17,
            "url": "https://news.example/a?utm_source=x",
            "title": "A &amp; B",
            "text": "One.\n\nTwo.",
            "summary": "Short.",
            "authors": ["Ann Lee", "Bo Li"],
            "language": "de",
            "section": "politics",
            "tags": "war, peace",
            "published": "2025-04-28T03:00:00Z",
            "updated": "2025-04-28T04:00:00Z",
            "image": {"url": "https://img.example/a.jpg"},
            "source": {"name": "The Daily"},
        }
    )
    assert entry.kind == "record"
    assert entry.guid == "17"
    assert entry.url == "https://news.example/a"
    assert (entry.title, entry.body, entry.summary) == ("A & B", "One.\n\nTwo.", "Short.")
    assert (entry.authors, entry.tags) == (("Ann Lee", "Bo Li"), ("war", "peace"))
    assert (entry.language, entry.section, entry.channel_name) == ("de", "politics", "The Daily")
    assert (entry.published, entry.updated) == ("2025-04-28T03:00:00Z", "2025-04-28T04:00:00Z")
    assert entry.image_url == "https://img.example/a.jpg"
    assert (entry.origin, entry.rank) == (f"{PATH}#1", 2)
    assert set(entry.provenance.values()) == {"record"}


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("link", "url", "https://news.example/a"),
        ("headline", "title", "A"),
        ("body", "body", "A"),
        ("content", "body", "A"),
        ("description", "summary", "A"),
        ("teaser", "summary", "A"),
        ("lang", "language", "fr"),
        ("category", "section", "A"),
        ("published_at", "published", "2025"),
        ("date", "published", "2025"),
        ("datePublished", "published", "2025"),
        ("modified", "updated", "2025"),
        ("updated_at", "updated", "2025"),
        ("image_url", "image_url", "https://news.example/i.jpg"),
    ],
)
def test_other_common_names_are_understood(record: Callable[..., Entry], name: str, field: str, value: str) -> None:
    text = {} if field == "body" else {"text": "Words."}
    assert getattr(record({name: value, **text}), field) == value


@pytest.mark.parametrize("name", ["author", "byline"])
def test_one_author_or_several_with_commas_are_understood(record: Callable[..., Entry], name: str) -> None:
    assert record({name: "Ann Lee, Bo Li"}).authors == ("Ann Lee", "Bo Li")
    assert record({name: [{"name": "Ann Lee"}]}).authors == ("Ann Lee",)


def test_null_blank_and_question_mark_are_absent(record: Callable[..., Entry]) -> None:
    entry = record({"title": "?", "headline": "Real", "text": None, "body": " ", "lang": "?", "url": "", "authors": []})
    assert (entry.title, entry.body, entry.language, entry.url, entry.authors) == ("Real", None, None, None, ())


@pytest.mark.parametrize(
    ("written", "time"),
    [
        (1745809200, "2025-04-28T03:00:00+00:00"),
        (1745809200000, "2025-04-28T03:00:00+00:00"),
        (1745809200.5, "2025-04-28T03:00:00.500000+00:00"),
        ("1745809200", "2025-04-28T03:00:00+00:00"),
        (0, "1970-01-01T00:00:00+00:00"),
        (10**40, str(10**40)),
        ("28. April 2025", "28. April 2025"),
        (True, None),
    ],
)
def test_numbers_are_times_since_1970(record: Callable[..., Entry], written: object, time: str | None) -> None:
    assert record({"title": "A", "published": written}).published == time


def test_html_in_a_record_becomes_paragraphs(record: Callable[..., Entry]) -> None:
    entry = record({"text": "<p>One &amp; only.</p><p><img src='https://img.example/i.png'>Two.</p>"})
    assert (entry.body, entry.image_url) == ("One & only.\n\nTwo.", "https://img.example/i.png")


def test_a_record_with_a_summary_only_is_a_teaser(record: Callable[..., Entry]) -> None:
    entry = record({"title": "A", "summary": "Short."})
    assert (entry.body, entry.summary, entry.text_status) == ("Short.", None, TextStatus.TEASER)


def test_configured_names_go_first(record: Callable[..., Entry]) -> None:
    settings = FileSettings(mapping={"title": ("heads.main",), "body": ("story",), "url": ("href",)})
    value = {"title": "B", "heads": {"main": "A"}, "story": "Words.", "href": "https://news.example/a"}
    entry = record(value, settings=settings)
    assert (entry.title, entry.body, entry.url) == ("A", "Words.", "https://news.example/a")


@pytest.mark.parametrize("field", get_args(RecordField))
def test_every_field_that_can_be_mapped_is_read_from_there(record: Callable[..., Entry], field: RecordField) -> None:
    settings = FileSettings(mapping={field: ("deep.inside",)})
    plain = record({"title": "A", "text": "Words."})
    mapped = record({"title": "A", "text": "Words.", "deep": {"inside": "https://news.example/x"}}, settings=settings)
    assert mapped.model_dump() != plain.model_dump()


def test_identity_goes_by_address_then_id_then_place(read_file: Read) -> None:
    lines = (
        '{"id": "7", "url": "https://news.example/a"}\n{"id": "7"}\n{"title": "x"}\n{"id": "https://news.example/b"}'
    )
    ids = [entry.id for entry in read_file(lines, PATH).entries]
    keys = ["https://news.example/a", f"{PATH}\n7", f"{PATH}#3", "https://news.example/b"]
    assert ids == [sha256(key.encode()).hexdigest()[:32] for key in keys]


def test_a_bad_line_fails_alone_with_its_reason_and_bytes(read_file: Read) -> None:
    lines = ['{"title": "A"}', '{"title": "B', "[1]", "null", '"text"', "7", "\x01junk", '{"title": "C"}']
    parsed = read_file("\n".join(lines), PATH)
    assert [(entry.title, entry.origin) for entry in parsed.entries] == [("A", f"{PATH}#1"), ("C", f"{PATH}#8")]
    assert parsed.polled.entries == len(lines)
    assert len(parsed.failed) == 6
    first = parsed.failed[0]
    assert first.failure is not None
    assert first.kind is OutcomeKind.FAILED
    assert first.failure.raw == b'{"title": "B'
    assert first.failure.origin == f"{PATH}#2"
    assert first.entry_id == first.failure.entry_id == sha256(f"{PATH}#2".encode()).hexdigest()[:32]
    assert first.failure.reason.startswith(f"Record 2 of {PATH} is no JSON")
    assert first.failure.stage == "parse"
    reasons = [outcome.failure.reason for outcome in parsed.failed if outcome.failure is not None]
    assert "is a list, and a record must be an object" in reasons[1]


def test_a_later_part_of_a_file_counts_on(read_file: Read) -> None:
    parsed = read_file('{"title": "A"}\n\nbroken\n', PATH, first_record=101)
    assert parsed.entries[0].origin == f"{PATH}#101"
    assert parsed.failed[0].failure is not None
    assert parsed.failed[0].failure.origin == f"{PATH}#102"


def test_lone_surrogates_nul_and_raw_controls_do_no_harm(read_file: Read) -> None:
    line = b'{"title": "a\\ud83d b\\u0000c", "text": "x\ty\x00z \xff"}'
    (entry,) = read_file(line, PATH).entries
    assert entry.title == "a bc"
    assert (entry.body or "").startswith("x yz")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings_of_unicode_are_read(read_file: Read, encoding: str) -> None:
    parsed = read_file('{"title": "Größe"}\n{"title": "B"}'.encode(encoding), PATH)
    assert [entry.title for entry in parsed.entries] == ["Größe", "B"]


def test_one_value_over_many_lines_is_read_too(read_file: Read) -> None:
    values = [{"title": "A"}, 7, {"title": "B"}]
    listed, single = read_file(json.dumps(values, indent=2), PATH), read_file(json.dumps(values[0], indent=2), PATH)
    assert [entry.title for entry in listed.entries] == ["A", "B"]
    assert len(listed.failed) == 1
    assert [entry.title for entry in single.entries] == ["A"]


def test_a_line_too_long_for_an_article_fails_alone(read_file: Read) -> None:
    parsed = read_file(b'{"text": "' + b"x" * (17 * 2**20) + b'"}\n{"title": "B"}', PATH, first_record=1)
    assert [entry.title for entry in parsed.entries] == ["B"]
    assert parsed.failed[0].failure is not None
    assert "bytes long" in parsed.failed[0].failure.reason
    assert len(parsed.failed[0].failure.raw) == 2**20


def test_records_nested_too_deep_fail_alone(read_file: Read) -> None:
    parsed = read_file('{"a": ' + "[" * 100_000 + "]" * 100_000 + '}\n{"title": "B"}', PATH, first_record=1)
    assert (len(parsed.failed), len(parsed.entries)) == (1, 1)


def test_real_texts_are_read_whole(read_file: Read, shared_data: Path) -> None:
    with gzip.open(shared_data / "text" / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        written = [next(lines) for _ in range(500)]
    parsed = read_file("".join(written), PATH)
    assert not parsed.failed
    assert all(entry.title and entry.body and entry.language for entry in parsed.entries)


def test_a_broken_object_over_many_lines_is_one_failure(read_file: Read) -> None:
    (failed,) = read_file('{\n"title": "t",\n"text": "x",\n"tags":\n}', "/data/a.json").failed
    assert failed.failure is not None
    assert failed.failure.reason == "Record 1 of /data/a.json is no JSON: expected value at line 5 column 1."


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Jane Doe <jane@example.org>", "Jane Doe"),
        ("Jane<jane@example.org>", "Jane"),
        ("Jane Doe [jane@example.org]", "Jane Doe"),
        ("jane@example.org (Jane Doe)", "Jane Doe"),
        ("noreply@example.org (A (B) C)", "A (B) C"),
        ("Jane Doe jane@example.org", "Jane Doe"),
        ("Jane @ Home", "Jane @ Home"),
        ("@jane", "@jane"),
    ],
)
def test_authors_lose_the_address_beside_their_name(record: Callable[..., Entry], written: str, name: str) -> None:
    assert record({"title": "a", "authors": [written]}).authors == (name,)


def test_an_author_of_brackets_and_signs_is_no_work(record: Callable[..., Entry]) -> None:
    names = [f"{'(' * 200}{'@' * 200} x{number}" for number in range(200)]
    started = process_time()
    record({"title": "a", "authors": names})
    assert process_time() - started < 5
