"""What makes a search good: synonyms, exact words, compounds, what comes first, and more like this."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from articles import NOON, article_id, make_draft
from clearing import delete_all
from elasticsearch import Elasticsearch

from models.errors import SetupError
from models.search import SearchRequest
from models.settings import ElasticsearchSettings
from models.synonyms import SynonymRule, Synonyms
from pipelines.index.base import SearchIndex
from pipelines.index.elasticsearch import ElasticsearchIndex
from pipelines.index.embedded import EmbeddedIndex

TEXTS: dict[str, tuple[str, str, str]] = {
    # name: language, title, body
    "un": ("de", "Die UN tagen", "In Genf geht es um Wasser."),
    "uno": ("de", "Streit in Genf", "Die Vereinten Nationen tagen seit Montag."),
    "nations": ("de", "Viele Nationen", "Sie waren vereint und einig."),
    "imf": ("en", "IMF lends again", "The fund trusts the ministers."),
    "fund": ("en", "Money for Ankara", "The International Monetary Fund lends, a minister said."),
    "who": ("en", "Who lends most", "A question for ministers."),
    "ministry": ("de", "Außenministerium schweigt", "Kein Wort aus Berlin."),
    "ministries": ("de", "Ein Aussenminister spricht", "Auch die Finanzministerien hören zu."),
    "court": ("de", "Karlsruhe urteilt", "Das Bundesverfassungsgericht weist die Klage ab."),
    "price": ("de", "Preise steigen", "Die Kommission zählt Soldaten und Konkurrenten."),
    "holy": ("de", "Heilige Mission", "Die Mission ist heilig, sagt der Landesminister heute."),
    "greens": ("de", "Grüne gewinnen", "Die Grünen feiern."),
    "green": ("de", "Ein grüner Wald", "Alles war grün im Wald."),
    "long": ("es", "Los mercados", "La bolsa de Madrid sube. La lluvia cae sobre los campos del sur y el norte."),
    "near": ("es", "Los campos", "La lluvia cae sobre la bolsa de Madrid."),
    "far": ("es", "Los ríos", "La lluvia cae. Nadie sabe cuándo va a parar, y en Madrid se mira poco a la bolsa."),
    "quake": (
        "en",
        "Earthquake near Lisbon",
        "An earthquake shook Lisbon; rescue teams dig in the rubble.",
    ),
    "aftershock": (
        "en",
        "Lisbon trembles again",
        "Rescue teams left the rubble when the earthquake came back.",
    ),
    "rubble": ("en", "Dogs in the rubble", "Rescue dogs find two alive in Lisbon after the earthquake."),
    "football": ("en", "Late goal", "A late goal decides the derby."),
}


@pytest.fixture(scope="module")
def news(shared_index: SearchIndex) -> SearchIndex:
    """The index with all of these texts, the later in the list the newer."""
    drafts = [
        make_draft(name, language=language, title=title, body=body, timestamp=NOON + timedelta(minutes=place))
        for place, (name, (language, title, body)) in enumerate(TEXTS.items())
    ]
    shared_index.write(drafts)
    shared_index.refresh()
    return shared_index


def found(index: SearchIndex, query: str = "", **request: object) -> list[str]:
    """The names of the articles that are found, in their order."""
    names = {article_id(name): name for name in TEXTS}
    result = index.search(SearchRequest.model_validate({"query": query, "limit": 100} | request))
    return [names[hit.article.id] for hit in result.hits]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        # synonyms: each way, of one word and of several, in fields, phrases, beside other words
        ("UNO", "un uno"),
        ("Vereinte Nationen", "un uno"),
        ('"Vereinte Nationen"', "un uno"),
        ("title:(Vereinte Nationen)", "un"),
        ("body:UN", "uno"),
        ("UN tagen", "un uno"),
        ('"UN tagen"', "un uno"),
        ("Vereinte Nationen Wasser", "un"),
        ("IMF lends", "imf fund"),
        ("international monetary fund", "imf fund"),
        ("vereint AND Nationen", "uno nations"),
        # exact: this form only, without synonyms, parts of compounds or other endings
        ("exact:UN", "un"),
        ("exact:minister", "fund"),
        ("minister", "imf fund who ministries holy"),
        ("exact:ministers", "imf who"),
        ('exact:"die Grünen"', "greens"),
        ("exact:grun", "green"),
        ("grün", "greens green"),
        ("body.exact:grunen", "greens"),
        ("title.exact:grunen", ""),
        ("exact:minist*", "imf fund who"),
        ("exact:(grun OR grunen)", "greens green"),
        # compounds: found by what they end with, not the other way round, however they are bent or spelled
        ("Ministerium", "ministry"),
        ("Außenministerium", "ministry"),
        ("Ministerien", "ministries"),
        ("Aussenminister", "ministries"),
        ("Gericht", "court"),
        ("Verfassungsgericht", "court"),
        ("Bundesverfassungsgericht", "court"),
        ("title:Ministerium", "ministry"),
        ('"weist die Klage"', "court"),
        ('"der Minister heute"', "holy"),
        ("Reise", ""),
        ("Mission", "holy"),
        ("Renten", ""),
        # phrases stay whole
        ('"heilige Mission"', "holy"),
        ('"Mission heilige"', ""),
    ],
)
def test_both_indexes_find_these(news: SearchIndex, query: str, names: str) -> None:
    assert sorted(found(news, query)) == sorted(names.split())


def test_a_synonym_and_a_compound_are_marked_where_they_stand(news: SearchIndex) -> None:
    def marked(query: str) -> str:
        hits = news.search(SearchRequest(query=query)).hits
        return " ".join(passage for hit in hits for passages in hit.highlights.values() for passage in passages)

    assert "<em>Außenministerium</em>" in marked("Ministerium")
    assert "<em>Vereinten Nationen</em>" in marked("UNO")
    assert "Die <em>UN</em>" in marked("Vereinte Nationen")
    assert "<em>Grünen</em>" in marked("exact:grunen")


NAMES = (
    "Vereinigte Staaten, Vereinte Nationen, Europäische Union, Europäische Zentralbank, Nordatlantikpakt, Myanmar,"
    " Sowjetunion, Internationaler Währungsfonds, Weltgesundheitsorganisation, Welthandelsorganisation, Holland"
)


@pytest.mark.parametrize(
    "query",
    [
        "USA UN EU EZB NATO Birma UdSSR IWF WHO WTO Niederlande",
        f'"{NAMES}"',
        '"Vereinigte Staaten, Vereinte Nationen, Europäische Union"~9',
        '"Nationen Holland"~99',
    ],
)
def test_many_words_with_synonyms_are_no_burden(index: SearchIndex, query: str) -> None:
    index.write([make_draft("all", language="de", title="Kürzel", body=NAMES)])
    index.refresh()
    assert index.search(SearchRequest(query=query)).total == 1


def test_words_close_together_come_first(news: SearchIndex) -> None:
    assert found(news, "lluvia bolsa")[0] == "near"


def test_a_word_in_the_title_comes_first(news: SearchIndex) -> None:
    assert found(news, "earthquake")[0] == "quake"


def test_more_like_this_finds_what_is_about_the_same_and_not_itself(news: SearchIndex) -> None:
    assert set(found(news, like=article_id("quake"))) == {"aftershock", "rubble"}
    assert found(news, "dogs", like=article_id("quake")) == ["rubble"]
    assert found(news, like=article_id("quake"), language="de") == []
    assert [each.id for each in news.export(SearchRequest(like=article_id("quake"), query="dogs"))] == [
        article_id("rubble")
    ]


def test_what_is_like_no_other_finds_nothing(news: SearchIndex) -> None:
    assert found(news, like=article_id("football")) == []


def test_more_like_an_unknown_article_says_where_ids_stand(news: SearchIndex) -> None:
    with pytest.raises(SetupError, match=r"no article 'nobody'.*--json"):
        news.search(SearchRequest(like="nobody"))


def rules(*lines: tuple[str, ...]) -> Synonyms:
    return {"de": tuple(SynonymRule(terms=line, found=line) for line in lines)}


BEFORE, AFTER = rules(("Handy", "Mobiltelefon")), rules(("Handy", "Fernsprecher in der Tasche"))
CALLS = [
    make_draft("mobile", language="de", title="Mobiltelefon", body="Es klingelt."),
    make_draft("pocket", language="de", title="Fernsprecher in der Tasche", body="Es klingelt."),
]


def called(index: SearchIndex) -> list[str]:
    return [hit.article.title for hit in index.search(SearchRequest(query="handy")).hits]


def test_changed_synonyms_hold_in_the_next_search_of_a_directory(tmp_path: Path) -> None:
    index = EmbeddedIndex(tmp_path / "index", BEFORE)
    index.setup()
    index.write(CALLS)
    index.refresh()
    assert called(index) == ["Mobiltelefon"]
    later = EmbeddedIndex(tmp_path / "index", AFTER)
    assert later.load_synonyms() == ()
    assert called(later) == ["Fernsprecher in der Tasche"]
    assert later.status().indices[0].differences == ()


def test_changed_synonyms_are_said_loaded_and_hold_for_every_client(elasticsearch_url: str) -> None:
    prefix = f"t-{uuid4().hex[:12]}"
    address = f"{elasticsearch_url}/{prefix}"
    with Elasticsearch(elasticsearch_url) as client:
        try:
            index = ElasticsearchIndex(address, ElasticsearchSettings(), BEFORE)
            index.setup()
            index.write(CALLS)
            index.refresh()
            assert called(index) == ["Mobiltelefon"]
            later = ElasticsearchIndex(address, ElasticsearchSettings(), AFTER)
            assert called(later) == ["Mobiltelefon"], "what a run brings along changes nothing"
            said = f"{prefix}-articles-v1-de: its synonyms differ in 2 lines, which newsbeam index setup loads"
            assert said in later.setup().differences
            assert later.load_synonyms() == (f"1 synonyms of {prefix}-de",)
            assert later.load_synonyms() == ()
            assert later.setup().differences == ()
            assert called(index) == ["Fernsprecher in der Tasche"]
            typed = {"multi_match": {"query": "Handy", "lenient": True}}
            asked = client.search(index=f"{prefix}-articles", query=typed)
            assert [hit["_source"]["title"] for hit in asked["hits"]["hits"]] == called(index)
            for each in (index, later):
                each.close()
        finally:
            delete_all(client, f"{prefix}-")
