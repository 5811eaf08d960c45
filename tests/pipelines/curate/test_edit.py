"""Not a character of `feeds.yaml` changes but what was meant to."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from pipelines.curate.edit import with_feeds, without_feeds

STARTER = (Path(__file__).parents[3] / "config/feeds.yaml").read_text(encoding="utf-8")
NEW = {"id": "new", "url": "https://new.example/feed", "name": "The New", "tags": ["a", "b, c"]}
WRITTEN = """\
# What we read.
defaults: {every: 15m}   # for all

feeds:
  # Harbours
  - id: north
    name: 'North'
  - id: south  # the quiet one
    name: "South"

  # East writes teasers.
  - id: east
    name: East
    # full_text: page

  # The end.
"""


def ids(text: str) -> list[str]:
    return [feed["id"] for feed in YAML(typ="safe").load(text)["feeds"] or []]


def kept(before: str, after: str) -> bool:
    """Whether every line of one stands in the other, in order."""
    rest = iter(after.splitlines())
    return all(line in rest for line in before.splitlines())


def test_a_feed_is_added_behind_the_last_in_the_way_of_its_neighbours() -> None:
    after = with_feeds(WRITTEN, [NEW])
    assert kept(WRITTEN, after)
    written = "  - id: new\n    url: https://new.example/feed\n    name: The New\n    tags: [a, 'b, c']\n"
    assert f"    # full_text: page\n\n{written}" in after
    assert after.endswith("\n  # The end.\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "feeds:\n  - id: new\n    name: New\n"),
        ("# ours", "# ours\nfeeds:\n  - id: new\n    name: New\n"),
        ("feeds:\n", "feeds:\n  - id: new\n    name: New\n"),
        ("feeds: []\nx: 1\n", "feeds:\n  - id: new\n    name: New\nx: 1\n"),
        ("feeds:\n- id: a\n  name: A\n- id: b", "feeds:\n- id: a\n  name: A\n- id: b\n- id: new\n  name: New\n"),
        (
            "feeds:\n    -   id: a\n        name: A",
            "feeds:\n    -   id: a\n        name: A\n\n    -   id: new\n        name: New\n",
        ),
        ("feeds:\n  - {id: a}\nx: 1\n", "feeds:\n  - {id: a}\n  - {id: new, name: New}\nx: 1\n"),
        ("feeds: [{id: a}]  # all\n", "feeds: [{id: a}, {id: new, name: New}]  # all\n"),
        ("{feeds: []}\n", "{feeds: [{id: new, name: New}]}\n"),
    ],
)
def test_every_way_to_write_a_list_takes_one_more(before: str, after: str) -> None:
    assert with_feeds(before, [{"id": "new", "name": "New"}]) == after


@pytest.mark.parametrize(
    "name", ["no", "12", "a: b", "# x", "- y", "true", "'", "Ünïcode", "{z}", "null", "@at", "1_0"]
)
def test_what_is_written_is_read_as_the_same(name: str) -> None:
    for text in ("feeds: []\n", "feeds: [{id: a}]\n"):
        after = with_feeds(text, [{"id": "new", "name": name, "tags": [name], "enabled": False}])
        assert YAML(typ="safe").load(after)["feeds"][-1] == {
            "id": "new",
            "name": name,
            "tags": [name],
            "enabled": False,
        }


SIGNS = st.sampled_from("?:,[]{}#&*!|>'\"%@`- ~.\\=<0aé")
WORDS = st.text(SIGNS | st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=8)


@settings(max_examples=100)
@given(WORDS.map(str.strip).filter(bool), st.lists(WORDS, max_size=3))
def test_any_text_is_written_so_that_it_is_read_as_itself(name: str, tags: list[str]) -> None:
    for text in ("feeds: []\n", "feeds: [{id: a}]\n"):
        after = with_feeds(text, [{"id": "new", "name": name, "tags": tags}])
        assert YAML(typ="safe").load(after)["feeds"][-1] == {"id": "new", "name": name, "tags": tags}


def test_norwegian_is_quoted_for_those_who_read_no_as_false() -> None:
    assert 'language: "no"' in with_feeds("", [{"id": "new", "language": "no"}])


def test_a_removed_feed_takes_its_own_comments_with_it_and_no_others() -> None:
    after = without_feeds(WRITTEN, [2])
    assert ids(after) == ["north", "south"]
    assert "teasers" not in after
    assert "full_text" not in after
    assert after.endswith('name: "South"\n\n  # The end.\n')


def test_a_heading_over_several_feeds_stays_when_the_first_of_them_goes() -> None:
    after = without_feeds(WRITTEN, [0])
    assert "  # Harbours\n  - id: south  # the quiet one\n" in after
    assert kept(after, WRITTEN)


def test_the_last_feed_leaves_an_empty_list() -> None:
    assert ids(without_feeds(WRITTEN, [0, 1, 2])) == []
    assert without_feeds("feeds:\n  - id: a\nx: 1\n", [0]) == "feeds: []\nx: 1\n"


@pytest.mark.parametrize("gone", [[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2]])
def test_a_list_in_brackets_loses_what_it_should(gone: list[int]) -> None:
    after = without_feeds("feeds: [{id: a}, {id: b},  {id: c} ]\nx: 1\n", gone)
    assert ids(after) == [name for place, name in enumerate("abc") if place not in gone]
    assert after.endswith("]\nx: 1\n")


@settings(max_examples=50)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=4, unique=True), st.booleans())
def test_what_was_added_and_removed_again_leaves_no_trace(numbers: list[int], compact: bool) -> None:
    text = WRITTEN.replace("\n\n  # East writes teasers.\n", "\n") if compact else WRITTEN
    feeds = [{"id": f"n{number}", "name": f"Number {number}"} for number in numbers]
    after = with_feeds(text, feeds)
    assert without_feeds(after, range(3, 3 + len(feeds))) == text


@settings(max_examples=50)
@given(st.sets(st.integers(0, 28), min_size=1, max_size=29))
def test_of_the_starter_any_feeds_can_go_and_every_other_line_stays(gone: set[int]) -> None:
    names = ids(STARTER)
    after = without_feeds(STARTER, gone)
    assert ids(after) == [name for place, name in enumerate(names) if place not in gone]
    assert kept(after.replace("feeds: []", "feeds:"), STARTER)
