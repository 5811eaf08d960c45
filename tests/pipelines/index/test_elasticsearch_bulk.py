"""The sink against an Elasticsearch that refuses, loses and delays on purpose."""

import json
from collections.abc import Iterator

import pytest
from articles import article_id, make_draft
from fake_elasticsearch import FakeElasticsearch, fake_elasticsearch
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import SetupError, TryLater
from models.outcome import OutcomeKind, Verdict
from models.settings import ElasticsearchSettings
from pipelines.index.elasticsearch import ElasticsearchIndex, client

NEW, UPDATED, STALE, FAILED = OutcomeKind.NEW, OutcomeKind.UPDATED, OutcomeKind.STALE, OutcomeKind.FAILED


@pytest.fixture(autouse=True)
def _short_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "FIRST_DELAY", 0.01)


@pytest.fixture
def server() -> Iterator[FakeElasticsearch]:
    with fake_elasticsearch() as running:
        yield running


def write(server: FakeElasticsearch, names: str, **settings: object) -> list[Verdict]:
    index = ElasticsearchIndex(f"{server.url}/news", ElasticsearchSettings.model_validate(settings))
    try:
        return index.write([make_draft(name) for name in names])
    finally:
        index.close()


def ids(names: str) -> list[str]:
    return [article_id(name) for name in names]


def kinds(verdicts: list[Verdict]) -> list[OutcomeKind]:
    return [verdict.kind for verdict in verdicts]


def test_every_document_is_written_whole_under_its_version(server: FakeElasticsearch) -> None:
    write(server, "a")
    version = make_draft("a").article.version
    assert server.actions == [
        {
            "_index": "news-articles-v1-en",
            "_id": article_id("a"),
            "version": version,
            "version_type": "external_gte",
        }
    ]


def test_only_what_was_refused_for_now_is_sent_again(server: FakeElasticsearch) -> None:
    server.script.extend([[201, 429, 400, 503, 409, 200], [503, 201], [201]])
    verdicts = write(server, "abcdef")
    assert server.bulks == [ids("abcdef"), ids("bd"), ids("b")]
    assert kinds(verdicts) == [NEW, NEW, FAILED, NEW, STALE, UPDATED]
    assert [verdict.id for verdict in verdicts] == ids("abcdef")
    assert verdicts[2].reason is not None
    assert "failed to parse field [title]" in verdicts[2].reason


@pytest.mark.parametrize("trouble", [429, 500, 502, 503, 504, "reset"])
def test_a_request_that_fails_for_now_is_sent_again_whole(server: FakeElasticsearch, trouble: int | str) -> None:
    server.script.append(trouble)
    assert kinds(write(server, "ab")) == [NEW, NEW]
    assert server.bulks == [ids("ab"), ids("ab")]


def test_what_was_written_before_the_answer_got_lost_still_counts_as_new(server: FakeElasticsearch) -> None:
    server.script.extend(["reset", [200, 201]])
    assert kinds(write(server, "ab")) == [NEW, NEW]


def test_a_request_that_is_too_large_is_halved_and_one_document_too_large_fails_alone(
    server: FakeElasticsearch,
) -> None:
    server.script.extend([413, 413, 413, [201], [201, 201]])
    verdicts = write(server, "abcd")
    assert server.bulks == [ids("abcd"), ids("ab"), ids("a"), ids("b"), ids("cd")]
    assert kinds(verdicts) == [FAILED, NEW, NEW, NEW]
    assert "http.max_content_length" in (verdicts[0].reason or "")


@pytest.mark.parametrize("trouble", [429, 503, "reset", [429]])
def test_trouble_beyond_the_budget_is_no_verdict_but_a_later_try(
    server: FakeElasticsearch, trouble: int | str | list[int]
) -> None:
    server.script.extend([trouble] * 1000)
    with pytest.raises(TryLater):
        write(server, "a", retry_budget=0.05)
    assert len(server.bulks) > 1


@pytest.mark.parametrize("trouble", [401, 403, 404, [403], [404]])
def test_credentials_and_missing_indices_stop_the_run_at_once(
    server: FakeElasticsearch, trouble: int | list[int]
) -> None:
    server.script.append(trouble)
    with pytest.raises(SetupError):
        write(server, "a")
    assert len(server.bulks) == 1


def test_batches_keep_to_their_documents_and_bytes(server: FakeElasticsearch) -> None:
    write(server, "abcde", batch_documents=2)
    assert [len(bulk) for bulk in server.bulks] == [2, 2, 1]
    index = ElasticsearchIndex(f"{server.url}/news", ElasticsearchSettings(batch_bytes=64 * 1024))
    server.bulks.clear()
    index.write([make_draft(name, body="x" * 40_000) for name in "abc"])
    index.close()
    assert [len(bulk) for bulk in server.bulks] == [1, 1, 1]


@settings(max_examples=10)
@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from([200, 201, 400, 409])), min_size=1, max_size=400))
def test_every_draft_has_its_own_verdict_in_order(drafts: list[tuple[int, int]]) -> None:
    statuses = {article_id(str(number)): status for number, status in drafts}
    expected = {201: NEW, 200: UPDATED, 400: FAILED, 409: STALE}
    with fake_elasticsearch() as server:
        server.item_status = statuses.__getitem__
        index = ElasticsearchIndex(f"{server.url}/news", ElasticsearchSettings(batch_documents=70))
        verdicts = index.write([make_draft(str(number)) for number, _ in drafts])
        index.close()
        sent = [id_ for bulk in server.bulks for id_ in bulk]
    wanted = [article_id(str(number)) for number, _ in drafts]
    assert [verdict.id for verdict in verdicts] == wanted
    assert kinds(verdicts) == [expected[statuses[id_]] for id_ in wanted]
    assert sorted(sent) == sorted(wanted)


def test_nothing_is_sent_where_nothing_is_written(server: FakeElasticsearch) -> None:
    assert write(server, "") == []
    assert server.bulks == []


def test_a_text_that_is_no_unicode_fails_alone(server: FakeElasticsearch) -> None:
    index = ElasticsearchIndex(f"{server.url}/news", ElasticsearchSettings())
    bad = make_draft("a")
    bad = bad.model_copy(update={"article": bad.article.model_copy(update={"body": "\ud800"})})
    verdicts = index.write([bad, make_draft("b")])
    index.close()
    assert kinds(verdicts) == [FAILED, NEW]
    assert server.bulks == [ids("b")]
    assert json.dumps(verdicts[0].reason)
