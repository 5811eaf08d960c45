"""What a feed is called when nobody says it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.feeds_file import FeedEntry
from pipelines.curate.naming import feed_id, feed_name, web_address

URL = "https://www.nachrichten.example.org/rss.xml"


@pytest.mark.parametrize(
    ("given_", "meant"),
    [
        ("https://example.org/f", "https://example.org/f"),
        ("example.org", "https://example.org"),
        ("www.example.org/news?x=1", "https://www.example.org/news?x=1"),
        ("example.org:8080/f", "https://example.org:8080/f"),
        ("feed://example.org/f", "http://example.org/f"),
        ("feed:https://example.org/f", "https://example.org/f"),
        (" HTTP://EXAMPLE.org/f\n", "HTTP://EXAMPLE.org/f"),
    ],
)
def test_an_address_is_understood_as_people_write_it(given_: str, meant: str) -> None:
    assert web_address(given_) == meant


@pytest.mark.parametrize(
    "given_", ["", "news", "/rss.xml", "ftp://x.org/", "https://", "https://u:p@x.org/", "a b.org", "//x"]
)
def test_what_is_no_address_is_refused(given_: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        web_address(given_)


@pytest.mark.parametrize("given_", ["rss.xml", "feeds/rss.xml", "example.org"])
def test_in_a_list_a_bare_word_is_a_relative_address(given_: str) -> None:
    with pytest.raises(ValueError, match="no absolute address"):
        web_address(given_, complete=False)


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("The Harbour Times", "the-harbour-times"),
        ("Süddeutsche – Größe", "suddeutsche-grosse"),
        ("NHKニュース", "nhk"),
        ("自由亚洲电台", "nachrichten-example"),
        ("Українська правда", "nachrichten-example"),
        ("!!!", "nachrichten-example"),
        ("x" * 300, "x" * 60),
    ],
)
def test_an_id_is_made_of_the_name_or_of_the_host(name: str, id_: str) -> None:
    assert feed_id(name, URL, set()) == id_


def test_an_id_is_never_taken() -> None:
    taken = {"news"}
    for number in range(2, 40):
        found = feed_id("News", URL, taken)
        assert found == f"news-{number}"
        taken.add(found)


@given(st.text(max_size=300))
def test_whatever_a_feed_calls_itself_its_name_and_id_may_be_written(said: str) -> None:
    name = feed_name(said, URL)
    assert FeedEntry(id=feed_id(name, URL, set()), url=URL, name=name).name == name
