"""The way to an Elasticsearch: addresses, credentials, and what refusals mean."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from articles import make_draft
from fake_elasticsearch import FakeElasticsearch, fake_elasticsearch

from models.errors import NewsbeamError, SetupError, TryLater
from models.settings import ElasticsearchSettings
from pipelines.index.elasticsearch import ElasticsearchIndex
from pipelines.index.elasticsearch.client import Address, parse_address
from pipelines.state.elasticsearch import ElasticsearchState

SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQ="


@pytest.fixture
def server() -> Iterator[FakeElasticsearch]:
    with fake_elasticsearch() as running:
        yield running


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://localhost:9200/news", Address("http://localhost:9200", "news")),
        ("http://localhost:9200", Address("http://localhost:9200", "newsbeam")),
        ("http://localhost/", Address("http://localhost:9200", "newsbeam")),
        ("https://es.example/news/", Address("https://es.example:443", "news")),
        ("https://example.org/elastic/news-2", Address("https://example.org:443/elastic", "news-2")),
        ("http://[::1]:9200/news", Address("http://[::1]:9200", "news")),
    ],
)
def test_the_path_of_an_address_is_the_prefix(text: str, address: Address) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost:9200/News",
        "http://localhost:9200/_news",
        "http://localhost:9200/a*b",
        "ftp://localhost/news",
        "http:///news",
        "http://localhost:port/news",
        "http://localhost:9200/news?pretty",
        "http://[::1/news",
    ],
)
def test_an_address_that_can_not_be_is_an_error_with_the_cure(text: str) -> None:
    with pytest.raises(SetupError, match=r"\.$"):
        parse_address(text)


def test_a_password_in_the_address_is_refused_without_repeating_it() -> None:
    with pytest.raises(SetupError, match="NEWSBEAM_ELASTICSEARCH_PASSWORD") as caught:
        parse_address(f"http://elastic:{SECRET}@localhost:9200/news")
    assert SECRET not in str(caught.value)


def test_with_a_cloud_id_a_plain_name_is_the_prefix() -> None:
    assert parse_address("news", cloud=True).prefix == "news"
    assert parse_address("data/index", cloud=True).prefix == "newsbeam"


def test_a_wrong_cloud_id_is_a_setup_error() -> None:
    with pytest.raises(SetupError, match="cloud id"):
        ElasticsearchIndex("news", ElasticsearchSettings(cloud_id="nonsense"))


def test_the_api_key_comes_from_the_environment_or_a_file(
    server: FakeElasticsearch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NEWSBEAM_ELASTICSEARCH_API_KEY", "from-env")
    _ask(server, ElasticsearchSettings())
    file = tmp_path / "key"
    file.write_text("from-file\n")
    _ask(server, ElasticsearchSettings(api_key_file=file))
    assert {"ApiKey from-env", "ApiKey from-file"} <= server.authorizations


def test_a_user_and_password_are_basic_authentication(
    server: FakeElasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSBEAM_ELASTICSEARCH_PASSWORD", "open sesame")
    _ask(server, ElasticsearchSettings(username="ali"))
    assert "Basic YWxpOm9wZW4gc2VzYW1l" in server.authorizations


@pytest.mark.parametrize(
    ("configured", "said"),
    [
        (ElasticsearchSettings(username="ali"), "NEWSBEAM_ELASTICSEARCH_PASSWORD"),
        (ElasticsearchSettings(api_key_file=Path("/nowhere/key")), "/nowhere/key"),
        (ElasticsearchSettings(ca_certs=Path("/nowhere/ca.pem")), "/nowhere/ca.pem"),
    ],
)
def test_a_secret_or_certificate_that_is_missing_is_named(configured: ElasticsearchSettings, said: str) -> None:
    with pytest.raises(SetupError, match=said):
        ElasticsearchIndex("http://localhost:9200/news", configured)


def test_two_kinds_of_credentials_are_one_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSBEAM_ELASTICSEARCH_API_KEY", SECRET)
    with pytest.raises(SetupError, match="keep one") as caught:
        ElasticsearchIndex("http://localhost:9200/news", ElasticsearchSettings(username="ali"))
    assert SECRET not in str(caught.value)


def test_secrets_appear_nowhere(
    server: FakeElasticsearch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NEWSBEAM_ELASTICSEARCH_API_KEY", SECRET)
    caplog.set_level(logging.DEBUG)
    index = ElasticsearchIndex(f"{server.url}/news", ElasticsearchSettings())
    server.refuse_all = 401
    with pytest.raises(SetupError) as caught:
        index.setup()
    said = [repr(index), repr(index._connection), str(caught.value), repr(caught.value), repr(caught.value.__cause__)]
    index.close()
    assert SECRET not in "\n".join([*said, caplog.text])


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_stop_setup_before_anything_else(server: FakeElasticsearch, status: int) -> None:
    server.refuse_all = status
    for store in (ElasticsearchIndex, ElasticsearchState):
        opened = store(f"{server.url}/news", ElasticsearchSettings())
        with pytest.raises(SetupError):
            opened.setup()
        opened.close()


def test_nobody_at_the_address_means_later() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/news"
        index = ElasticsearchIndex(address, ElasticsearchSettings(retry_budget=0))
        for call in (index.setup, index.refresh, lambda: index.known(["a"]), lambda: index.write([make_draft()])):
            with pytest.raises(TryLater, match="can't be reached"):
                call()
        index.close()


def test_a_server_that_never_answers_means_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/news"
        index = ElasticsearchIndex(address, ElasticsearchSettings(request_timeout=0.2, retry_budget=0))
        with pytest.raises(TryLater, match="did not answer"):
            index.setup()
        index.close()


@pytest.mark.parametrize(("version", "product"), [("7.17.1", "Elasticsearch"), ("8.12.2", "")])
def test_another_version_or_product_is_a_setup_error(server: FakeElasticsearch, version: str, product: str) -> None:
    server.version, server.product = version, product
    with pytest.raises(SetupError, match="8 or 9"):
        _ask(server, ElasticsearchSettings())


def _ask(server: FakeElasticsearch, configured: ElasticsearchSettings) -> None:
    index = ElasticsearchIndex(f"{server.url}/news", configured)
    try:
        index.setup()
    except NewsbeamError:
        index.close()
        raise
    index.close()
