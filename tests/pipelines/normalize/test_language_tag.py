import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.normalize.language_tag import language_tag


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("de", "de"),
        ("DE", "de"),
        ("en-us", "en-US"),
        ("de_DE.UTF-8", "de-DE"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("ger", "de"),
        ("deu", "de"),
        ("iw", "he"),
        ("German", "de"),
        ("Deutsch", "de"),
        ("français", "fr"),
        ("?", "und"),
        ("x-default", "und"),
        ("und", "und"),
        ("xx", "und"),
        ("", "und"),
        (None, "und"),
    ],
)
def test_a_language_is_written_one_way(written: str | None, tag: str) -> None:
    assert language_tag(written) == tag


@given(st.text(max_size=80))
def test_any_text_is_a_language_or_und(written: str) -> None:
    tag = language_tag(written)
    assert language_tag(tag) == tag
