"""What only Elasticsearch has: its indices, their schemas, their rebuilding."""

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
from articles import NOON, article_id, draft_of, make_article, make_draft
from clearing import delete_all
from elasticsearch import Elasticsearch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.article import Article, Dateline, Entity, Location, Mention, Quote
from models.errors import SetupError
from models.outcome import OutcomeKind
from models.search import SearchRequest
from models.settings import ElasticsearchSettings
from pipelines.index.elasticsearch import ElasticsearchIndex
from pipelines.languages import languages

INDEXED = {code for code, language in languages().items() if language.indexed}
Opener = Callable[..., ElasticsearchIndex]


@pytest.fixture(scope="module")
def client(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    with Elasticsearch(elasticsearch_url) as opened:
        yield opened


@pytest.fixture
def prefix(client: Elasticsearch) -> Iterator[str]:
    name = f"t-{uuid4().hex[:12]}"
    yield name
    delete_all(client, f"{name}-")


@pytest.fixture
def open_index(elasticsearch_url: str, prefix: str) -> Iterator[Opener]:
    opened: list[ElasticsearchIndex] = []

    def make(**configured: Any) -> ElasticsearchIndex:
        opened.append(ElasticsearchIndex(f"{elasticsearch_url}/{prefix}", ElasticsearchSettings(**configured)))
        return opened[-1]

    yield make
    for index in opened:
        index.close()


def full_article(name: str = "full", **fields: Any) -> Article:
    """An article with something in every field."""
    given = {
        "summary": "What it is about",
        "section": "World",
        "tags": ("one", "Two"),
        "image_url": "https://news.example/a.jpg",
        "authors": ("Jo Doe",),
        "editors": ("Ed",),
        "agencies": ("dpa",),
        "dateline": Dateline(place="TAIPEI", country="TW"),
        "published_at": NOON,
        "published_at_raw": "noon",
        "published_at_precision": "no_zone",
        "updated_at": NOON,
        "updated_at_raw": "12:00",
        "updated_at_precision": "instant",
        "entities": (
            Entity(name="Taiwan", kind="place", mentions=(Mention(start=0, end=6),), country="TW", place_id=1668284),
        ),
        "people": ("Jo Doe",),
        "organizations": ("KCNA",),
        "places": ("Taiwan",),
        "countries": ("TW",),
        "locations": (Location(lat=23.5, lon=121.0),),
        "quotes": (Quote(text="Yes", offset=3, speaker="Jo Doe", speaker_offset=9),),
        "speakers": ("Jo Doe",),
        "update_note": "Updates with more",
        "provenance": {"title": "feed", "cut": ("body", "tags")},
    }
    return make_article(name, **(given | fields))


def test_setup_makes_one_index_per_language_behind_one_alias_and_nothing_the_second_time(
    open_index: Opener, client: Elasticsearch, prefix: str
) -> None:
    report = open_index().setup()
    articles = {f"{prefix}-articles-v1-{code}" for code in INDEXED}
    indices = [name for name in report.created if "synonyms" not in name]
    assert set(indices) == articles | {f"{prefix}-quotes-v1"}
    assert set(client.indices.get_alias(name=f"{prefix}-articles")) == articles
    assert set(client.indices.get_alias(name=f"{prefix}-quotes")) == {f"{prefix}-quotes-v1"}
    assert open_index().setup() == type(report)()


def test_setup_makes_only_what_is_missing(open_index: Opener, client: Elasticsearch, prefix: str) -> None:
    open_index().setup()
    client.indices.delete(index=f"{prefix}-articles-v1-de")
    client.indices.delete_alias(index=f"{prefix}-articles-v1-fr", name=f"{prefix}-articles")
    assert open_index().status().missing == (f"{prefix}-articles-v1-de", f"{prefix}-articles-v1-fr")
    assert open_index().setup().created == (f"{prefix}-articles-v1-de",)
    assert open_index().status().missing == ()


def test_setup_refuses_an_index_in_the_place_of_the_alias(
    open_index: Opener, client: Elasticsearch, prefix: str
) -> None:
    client.indices.create(index=f"{prefix}-articles")
    with pytest.raises(SetupError, match="must be an alias"):
        open_index().setup()


def test_every_field_comes_back_as_it_was(open_index: Opener) -> None:
    index = open_index()
    index.setup()
    article = full_article()
    assert set(article.model_dump(exclude_defaults=True)) | {"url"} == set(Article.model_fields)
    assert index.write([draft_of(article)])[0].kind is OutcomeKind.NEW
    index.refresh()
    assert index.get(article.id) == article
    assert list(index.export(SearchRequest())) == [article]


def test_the_users_own_settings_and_fields_go_into_new_indices(
    open_index: Opener, client: Elasticsearch, prefix: str
) -> None:
    own = {
        "settings": {"index.number_of_replicas": 0, "index": {"refresh_interval": "5s"}},
        "mappings": {"desk": {"type": "keyword"}, "title": {"fields": {"whole": {"type": "keyword"}}}},
    }
    open_index(**own).setup()
    found = client.indices.get(index=f"{prefix}-articles-v1-de")[f"{prefix}-articles-v1-de"]
    assert found["settings"]["index"]["number_of_replicas"] == "0"
    assert found["settings"]["index"]["refresh_interval"] == "5s"
    assert found["mappings"]["properties"]["desk"] == {"type": "keyword"}
    assert set(found["mappings"]["properties"]["title"]["fields"]) == {"exact", "whole"}
    assert open_index(**own).setup().differences == ()


def test_a_setting_that_elasticsearch_refuses_is_a_setup_error(open_index: Opener) -> None:
    with pytest.raises(SetupError, match=r"elasticsearch\.settings"):
        open_index(settings={"number_of_shards": 0}).setup()


def test_differences_are_said_in_words_and_change_nothing(open_index: Opener, prefix: str) -> None:
    open_index().setup()
    changed = open_index(mappings={"desk": {"type": "keyword"}}, settings={"refresh_interval": "1s"})
    report = changed.setup()
    assert report.created == ()
    assert f'{prefix}-articles-v1-de: field desk.type is absent, should be "keyword"' in report.differences
    assert f'{prefix}-articles-v1-de: setting refresh_interval is "30s", should be "1s"' in report.differences
    assert changed.status().indices[0].differences != ()


def test_migrate_rebuilds_what_differs_and_keeps_articles_and_versions(
    open_index: Opener, client: Elasticsearch, prefix: str
) -> None:
    before = open_index()
    before.setup()
    drafts = [make_draft(name, language="de") for name in "abc"]
    before.write(drafts)
    changed = open_index(mappings={"desk": {"type": "keyword"}})
    said = changed.migrate()
    assert f"{prefix}-articles-v1-de became {prefix}-articles-v2-de with 3 articles" in said
    assert set(client.indices.get(index=f"{prefix}-articles*")) == {f"{prefix}-articles-v2-{code}" for code in INDEXED}
    assert changed.status().indices[0].differences == ()
    assert changed.migrate() == ()
    known = changed.known([draft.article.id for draft in drafts])
    assert {each.index for each in known.values()} == {f"{prefix}-articles-v2-de"}
    older = draft_of(drafts[0].article.model_copy(update={"version": drafts[0].article.version - 1}))
    assert changed.write([older, make_draft("new", language="de")])[0].kind is OutcomeKind.STALE
    changed.refresh()
    assert changed.known([article_id("new")])[article_id("new")].index == f"{prefix}-articles-v2-de"


def test_an_interrupted_migration_is_begun_anew(open_index: Opener, client: Elasticsearch, prefix: str) -> None:
    open_index().setup()
    open_index().write([make_draft("a")])
    client.indices.create(index=f"{prefix}-articles-v2-en")
    changed = open_index(mappings={"desk": {"type": "keyword"}})
    assert changed.setup().created == ()
    assert f"{prefix}-articles-v1-en became {prefix}-articles-v2-en with 1 articles" in changed.migrate()
    assert changed.get(article_id("a")) is not None


def test_status_counts_articles_and_finds_twins(open_index: Opener) -> None:
    index = open_index()
    index.setup()
    twin = full_article("twin", language="de")
    index.write([draft_of(twin), draft_of(twin.model_copy(update={"language": "fr"})), make_draft("single")])
    index.refresh()
    status = index.status()
    counts = {each.language: each.articles for each in status.indices if each.articles}
    assert counts == {"de": 1, "fr": 1, "en": 1}
    assert status.twins == (article_id("twin"),)
    assert all(each.bytes > 0 for each in status.indices)
    assert len(list(index.export(SearchRequest()))) == 2


def test_an_article_stays_in_the_index_it_is_in(open_index: Opener, prefix: str) -> None:
    index = open_index()
    index.setup()
    index.write([make_draft("a", language="de")])
    index.refresh()
    known = index.known([article_id("a")])[article_id("a")]
    assert known.index == f"{prefix}-articles-v1-de"
    assert index.write([make_draft("a", known, language="en")])[0].kind is OutcomeKind.UPDATED
    index.refresh()
    assert index.status().twins == ()


def test_what_elasticsearch_refuses_for_good_leaves_its_neighbours_alone(open_index: Opener) -> None:
    index = open_index()
    index.setup()
    many = tuple(Entity(name="x", kind="misc", mentions=()) for _ in range(10_001))
    drafts = [
        make_draft("a"),
        make_draft("b", authors=("x" * 40_000,)),
        make_draft("c", entities=many),
        make_draft("d"),
    ]
    verdicts = index.write(drafts)
    assert [each.kind.value for each in verdicts] == ["new", "failed", "failed", "new"]
    assert "authors" in (verdicts[1].reason or "")
    assert "nested" in (verdicts[2].reason or "")


def test_without_setup_every_call_says_what_to_run(open_index: Opener) -> None:
    index = open_index()
    asked: list[Callable[[], object]] = [
        index.refresh,
        lambda: index.known(["a"]),
        lambda: index.write([make_draft()]),
        lambda: index.search(SearchRequest()),
        lambda: index.get("a"),
        lambda: list(index.export(SearchRequest())),
    ]
    for call in asked:
        with pytest.raises(SetupError, match="newsbeam index setup"):
            call()
    assert index.status().indices == ()


def test_export_gives_everything_once_in_the_order_of_ids(open_index: Opener) -> None:
    index = open_index()
    index.setup()
    drafts = [make_draft(str(number), language=("de", "en", "ja")[number % 3]) for number in range(350)]
    index.write(drafts)
    index.refresh()
    assert [each.id for each in index.export(SearchRequest())] == sorted(draft.article.id for draft in drafts)


def test_a_query_beyond_elasticsearch_is_an_error_of_the_query(open_index: Opener) -> None:
    index = open_index()
    index.setup()
    with pytest.raises(SetupError):
        index.search(SearchRequest(query="(" * 60 + "a" + " OR b)" * 60))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 5), min_size=1, max_size=12), st.data())
def test_an_older_write_never_wins_in_any_order_any_number_of_times(
    shared_index: ElasticsearchIndex, versions: list[int], data: st.DataObject
) -> None:
    name = uuid4().hex
    articles = [make_article(name, version=version, title=f"version {version}") for version in versions]
    while articles:
        size = data.draw(st.integers(1, len(articles)))
        shared_index.write([draft_of(article) for article in articles[:size]])
        articles = articles[size:]
    shared_index.refresh()
    held = shared_index.get(article_id(name))
    assert held is not None
    assert (held.version, held.title) == (max(versions), f"version {max(versions)}")


def test_every_order_of_three_versions_ends_the_same(shared_index: ElasticsearchIndex) -> None:
    for order in permutations((1, 2, 3)):
        name = uuid4().hex
        kinds = [shared_index.write([make_draft(name, version=version)])[0].kind.value for version in order]
        highest = 0
        for version, kind in zip(order, kinds, strict=True):
            assert kind == ("new" if not highest else "updated" if version > highest else "stale")
            highest = max(highest, version)


@pytest.fixture(scope="module")
def shared_index(elasticsearch_url: str, client: Elasticsearch) -> Iterator[ElasticsearchIndex]:
    prefix = f"t-{uuid4().hex[:12]}"
    index = ElasticsearchIndex(f"{elasticsearch_url}/{prefix}", ElasticsearchSettings())
    index.setup()
    yield index
    index.close()
    delete_all(client, f"{prefix}-")


@pytest.mark.parametrize(
    ("language", "text", "terms"),
    [
        ("de", "Die Soldaten in den Ländern", ["die", "soldat", "in", "den", "land"]),
        ("en", "The ministers were running", ["the", "minist", "were", "run"]),
        ("fr", "L’élection d’aujourd’hui", ["election", "aujourd'hui"]),
        ("it", "dell'Italia", ["ital"]),
        ("tr", "IŞIK İstanbul'da", ["isik", "istanbul"]),
        ("ru", "Солдаты", ["солдат"]),
        ("zh", "北京市", ["北京", "京市"]),
        ("und", "Müller Straße", ["muller", "strasse"]),
    ],
)
def test_each_language_has_its_own_words(
    shared_index: ElasticsearchIndex, client: Elasticsearch, language: str, text: str, terms: list[str]
) -> None:
    name = next(each.name for each in shared_index.status().indices if each.language == language)
    answer = client.indices.analyze(index=name, analyzer="news_search", text=text)
    assert [token["token"] for token in answer["tokens"]] == terms
