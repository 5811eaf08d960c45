"""Names are read out of tags however they are written, and compared strictly."""

import io
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.enrich.columns import read_rows, sentences_of
from pipelines.enrich.scores import names_of, score, together

TAGS = st.lists(st.sampled_from(["O", *(f"{part}-{kind}" for part in "BIESLU" for kind in ("PER", "LOC"))]))


@pytest.mark.parametrize(
    ("tags", "names"),
    [
        ("B-PER I-PER O B-LOC", [(0, 2, "PER"), (3, 4, "LOC")]),
        ("I-PER I-PER O I-LOC", [(0, 2, "PER"), (3, 4, "LOC")]),
        ("I-PER B-PER I-PER", [(0, 1, "PER"), (1, 3, "PER")]),
        ("B-PER E-PER S-PER S-LOC", [(0, 2, "PER"), (2, 3, "PER"), (3, 4, "LOC")]),
        ("B-PER L-PER U-PER U-LOC", [(0, 2, "PER"), (2, 3, "PER"), (3, 4, "LOC")]),
        ("B-PER I-LOC I-LOC", [(0, 1, "PER"), (1, 3, "LOC")]),
        ("B-location-city I-location-city", [(0, 2, "location-city")]),
        ("O", []),
        ("", []),
    ],
)
def test_names_are_read_in_every_scheme(tags: str, names: list[tuple[int, int, str]]) -> None:
    assert list(names_of(tags.split())) == names


@given(TAGS)
def test_names_stand_in_order_apart_and_hold_every_tag_that_is_not_o(tags: Sequence[str]) -> None:
    found = list(names_of(tags))
    assert all(one[1] <= other[0] for one, other in pairwise(found))
    held = {at for start, end, _ in found for at in range(start, end)}
    assert held == {at for at, tag in enumerate(tags) if tag != "O"}
    assert all(tags[at].endswith(kind) for start, end, kind in found for at in range(start, end))


@given(TAGS)
def test_what_is_found_as_given_is_all_right(tags: Sequence[str]) -> None:
    for one in score([tags], [tags], ("PER", "LOC")).values():
        assert one.right == one.found == one.given


def test_a_name_counts_only_with_its_exact_words_and_kind() -> None:
    wanted = [["B-PER", "I-PER", "O", "B-LOC"], ["B-ORG", "O"]]
    found = [["B-PER", "O", "O", "B-LOC"], ["B-LOC", "O"]]
    scores = score(wanted, found, ("PER", "ORG", "LOC"))
    assert [(one.right, one.found, one.given) for one in scores.values()] == [(0, 1, 1), (0, 0, 1), (1, 2, 1)]
    micro = together(scores.values())
    assert (micro.precision, micro.recall, micro.f1) == (33.33, 33.33, 33.33)


def test_nothing_given_and_nothing_found_is_no_division_by_zero() -> None:
    assert together([]).f1 == 0.0


def test_columns_are_parted_by_tabs_else_by_blanks_and_lines_end_only_at_line_feeds() -> None:
    file = io.BytesIO("\ufeffa b  c\r\nNew York\tB-LOC\n#\tO\n# no token\n\x0b\u2028 \tO\n\nlast".encode())
    rows = list(read_rows(file, "file"))
    assert [row.columns for row in rows] == [
        ("a", "b", "c"),
        ("New York", "B-LOC"),
        ("#", "O"),
        (),
        ("\x0b\u2028 ", "O"),
        (),
        ("last",),
    ]
    assert [[row.number for row in sentence] for sentence in sentences_of(rows)] == [[1, 2, 3, 5], [7]]
