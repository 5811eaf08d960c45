from collections.abc import Callable
from pathlib import Path

import pytest

from models.errors import ParseError
from models.outcome import Parsed
from pipelines.parse import read_page

Read = Callable[..., Parsed]

WORDS = "".join(
    f"<p>Paragraph number {n} tells at some length what happened in the harbour on that day, and who saw it.</p>"
    for n in range(1, 6)
)
PAGE = f"""<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Harbour opens | The Daily</title>
<link rel="canonical" href="https://news.example/harbour?utm_source=x">
<meta property="og:title" content="Harbour opens (og)"><meta property="og:image" content="/img/h.jpg">
<meta name="description" content="A short description."><meta property="article:section" content="Local">
<meta property="article:tag" content="harbour"><meta property="article:tag" content="ships">
<script type="application/ld+json">{{"@context": "https://schema.org", "@graph": [{{"@type": "WebSite", "name": "x"}},
{{"@type": ["NewsArticle"], "headline": "Harbour &amp; port open", "datePublished": "2025-04-28T09:00:00+02:00",
"dateModified": "2025-04-28T10:00:00+02:00", "author": [{{"@type": "Person", "name": "Ann Lee"}}]}}]}};</script>
</head><body><nav><a href="/">Home</a> <a href="/x">More</a></nav><article><h1>Harbour opens</h1>{WORDS}</article>
<footer>Copyright</footer></body></html>"""


def test_a_page_says_what_it_has_and_where_it_stood() -> None:
    page = read_page(PAGE.encode(), "https://news.example/harbour.html", "text/html")
    assert page.title == "Harbour & port open"
    assert page.body is not None
    assert page.body.count("\n\n") == 4
    assert page.body.startswith("Paragraph number 1")
    assert "Copyright" not in page.body
    assert page.summary == "A short description."
    assert page.authors == ("Ann Lee",)
    assert (page.published, page.updated) == ("2025-04-28T09:00:00+02:00", "2025-04-28T10:00:00+02:00")
    assert (page.language, page.section, page.tags) == ("en-GB", "Local", ("harbour", "ships"))
    assert page.image_url == "https://news.example/img/h.jpg"
    assert page.canonical == "https://news.example/harbour"
    assert page.provenance == {
        "title": "json-ld",
        "body": "page",
        "authors": "json-ld",
        "published_at": "json-ld",
        "updated_at": "json-ld",
        "language": "page",
    }


def test_without_json_ld_meta_tags_and_then_time_are_believed() -> None:
    meta = PAGE.replace("ld+json", "x").replace(
        "</head>",
        '<meta property="article:published_time" content="2025-04-28T07:00:00Z">'
        '<meta name="author" content="Bo Li"></head>',
    )
    page = read_page(meta.encode(), "https://news.example/a", None)
    assert (page.title, page.authors, page.published) == ("Harbour opens (og)", ("Bo Li",), "2025-04-28T07:00:00Z")
    assert page.provenance["published_at"] == page.provenance["title"] == page.provenance["authors"] == "meta"
    timed = PAGE.replace("ld+json", "x").replace("<h1>", '<time datetime="2025-04-28T08:00">today</time><h1>')
    page = read_page(timed.encode(), "https://news.example/a", None)
    assert (page.published, page.provenance["published_at"]) == ("2025-04-28T08:00", "time")


@pytest.mark.parametrize(
    "broken", ["{", "[[[[" * 10_000, "null", '"x"', '{"@type": 7}', '{"@graph": [null, [[]]]}', ""]
)
def test_broken_json_ld_does_no_harm(broken: str) -> None:
    start, _, rest = PAGE.partition('ld+json">')
    page = read_page((start + 'ld+json">' + broken + rest[rest.index("</script>") :]).encode(), "", None)
    assert page.title == "Harbour opens (og)"
    assert page.body is not None


def test_a_text_only_in_json_ld_is_taken() -> None:
    page = read_page(
        (
            '<html><head><title>T</title><script type="application/ld+json">{"@type": "Article", "articleBody": "'
            + "Words of the story. " * 30
            + '"}</script></head><body><div id="app"></div></body></html>'
        ).encode(),
        "https://news.example/a",
        None,
    )
    assert (page.body or "").startswith("Words of the story.")
    assert page.provenance["body"] == "json-ld"


def test_a_saved_page_is_known_by_its_canonical_link(read_file: Read) -> None:
    (entry,) = read_file(PAGE, "/data/harbour.html").entries
    assert entry.kind == "page"
    assert entry.url == "https://news.example/harbour"
    assert entry.origin == "/data/harbour.html"
    other = read_file(PAGE, "/elsewhere/copy.html").entries[0]
    assert other.id == entry.id


def test_pages_without_canonical_link_go_by_their_path(read_file: Read) -> None:
    bare = PAGE.replace('rel="canonical"', 'rel="x"')
    ids = {read_file(bare, path).entries[0].id for path in ("/data/a.html", "/data/a.html.gz", "/data/b.html")}
    assert len(ids) == 2


@pytest.mark.parametrize("body", [b"%PDF-1.4", b"", b"\x00\x01\x02" * 100])
def test_what_is_no_page_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError):
        read_page(body, "https://news.example/a", "text/html")


def test_encodings_of_pages_are_found() -> None:
    text = PAGE.replace("Paragraph number 1", "Größe und Maß").replace("utf-8", "windows-1252")
    page = read_page(text.encode("cp1252"), "https://news.example/a", None)
    assert (page.body or "").startswith("Größe und Maß")


def test_most_real_pages_have_title_and_body(shared_data: Path) -> None:
    pages = [
        read_page(path.read_bytes(), "", None)
        for path in sorted((shared_data / "html/newspaper4k/html").glob("*.html"))
    ]
    assert sum(bool(page.title and page.body) for page in pages) >= len(pages) - 2
    assert sum(page.published is not None for page in pages) >= len(pages) * 3 // 4
