import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.parse.markup import TEXT_LIMIT, one_line, read_html, read_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("One.<br><br/>Two.", "One.\n\nTwo."),
        ("One<br>two", "One\ntwo"),
        ("<div>One <b>bold</b>\n  word</div>tail", "One bold word\n\ntail"),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\n\nc"),
        ("a<script>x<y</script>b<style>p{}</style>c<iframe src='x'>d</iframe>e", "abce"),
        ("<h1>Head</h1>text<blockquote>said</blockquote>", "Head\n\ntext\n\nsaid"),
        ("Fish &amp; chips &nbsp; &euro;5 &#8211; fine", "Fish & chips €5 – fine"),
        ("&lt;p&gt;Escaped &amp;amp; twice&lt;/p&gt;", "Escaped & twice"),
        ("<p>It&#146;s here\x00</p>", "It’s here"),
        ("no markup at all", "no markup at all"),
        ("<p>unclosed <b>bold", "unclosed bold"),
        ("<meta charset='iso-8859-1'><p>Größe</p>", "Größe"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<svg><title>icon</title></svg><p>text</p>", "text"),
        ("", ""),
    ],
)
def test_html_becomes_clean_paragraphs(markup: str, text: str) -> None:
    assert read_html(markup).text == text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("One.\n\nTwo\nlines.", "One.\n\nTwo lines."),
        ("One.\nTwo.", "One.\n\nTwo."),
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("Q&A with a<b", "Q&A with a<b"),
    ],
)
def test_text_that_may_be_html_becomes_paragraphs(written: str, text: str) -> None:
    assert read_text(written).text == text


def test_html_nested_100_000_deep_gives_its_text_soon() -> None:
    deep = "<div><b>" * 50_000 + "at the bottom" + "</b></div>" * 50_000 + "<p>after</p>"
    began = time.perf_counter()
    assert read_html(deep).text == "at the bottom\n\nafter"
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("piece", ["<", "<a ", "<!--", "&", "&lt;", "<p", "</", "<![CDATA[", "<script>", "&#x"])
def test_repeated_fragments_of_markup_cost_no_more_than_their_length(piece: str) -> None:
    began = time.perf_counter()
    read_html(piece * 200_000)
    one_line(piece * 200_000)
    assert time.perf_counter() - began < 10


def test_text_is_cut_at_the_limit() -> None:
    assert len(read_html("<p>word</p>" * 600_000).text) == TEXT_LIMIT
    assert len(read_text("word " * 600_000).text) == TEXT_LIMIT


@given(st.text())
def test_any_text_becomes_valid_text(written: str) -> None:
    for text in (read_html(written).text, one_line(written), read_text(written).text):
        text.encode()
        assert "\x00" not in text
        assert text == text.strip()


@given(st.text(alphabet="abc<>/&;! \n-=\"'pbri"))
def test_a_line_holds_no_tag_whatever_it_was_made_of(written: str) -> None:
    line = one_line(written)
    assert "\n" not in line
    assert "<b>" not in line
    assert "<p>" not in line
