from collections.abc import Callable

import pytest

from models.article import TextStatus
from models.document import Entry
from models.outcome import DocumentStatus, Parsed

Read = Callable[..., Parsed]
Rss = Callable[..., str]
OnlyEntry = Callable[[str], Entry]

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://news.example/de/">
  <title type="html">Welt &amp;amp; Umwelt</title>
  <link rel="self" href="https://news.example/feeds/world.xml"/>
  <link href="https://news.example/de/"/>
  <author><name>Redaktion</name></author>
  <entry>
    <id>tag:news.example,2025:1</id>
    <title type="html">Die &lt;b&gt;Flut&lt;/b&gt; &amp;amp; die Folgen</title>
    <link rel="alternate" type="text/html" href="flut.html"/>
    <published>2025-04-28T03:00:00</published>
    <updated>2025-04-28T09:30:00+02:00</updated>
    <summary>Kurz gesagt.</summary>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Erster <em>Absatz</em>.</p>
      <p>Zweiter Absatz.<br/>Neue Zeile.</p><script>alert(1)</script></div></content>
    <category term="hochwasser" label="Hochwasser"/>
  </entry>
</feed>"""

RDF = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
 <channel rdf:about="https://news.example/rdf"><title>Science</title><link>https://news.example/</link></channel>
 <item rdf:about="https://news.example/s/1"><title>Fungi</title><link>https://news.example/s/1</link>
  <description>Food for fungi.</description><dc:creator>P. J. Hines</dc:creator>
  <dc:date>2017-06-15T10:29:47-07:00</dc:date></item>
</rdf:RDF>"""


def test_an_atom_entry_says_everything_it_has(read: Read) -> None:
    parsed = read(ATOM)
    (entry,) = parsed.entries
    assert entry.kind == "feed"
    assert entry.title == "Die Flut & die Folgen"
    assert entry.body == "Erster Absatz.\n\nZweiter Absatz.\nNeue Zeile."
    assert entry.summary == "Kurz gesagt."
    assert entry.text_status is TextStatus.FULL
    assert entry.url == "https://news.example/de/flut.html"
    assert entry.guid == "tag:news.example,2025:1"
    assert (entry.published, entry.updated) == ("2025-04-28T03:00:00", "2025-04-28T09:30:00+02:00")
    assert entry.authors == ("Redaktion",)
    assert entry.tags == ("Hochwasser",)
    assert entry.language == "de"
    assert entry.channel_name == "Welt & Umwelt"
    assert entry.origin == "https://news.example/feeds/world.xml"
    assert set(entry.provenance) == {"title", "body", "authors", "published_at", "updated_at", "language"}
    assert parsed.polled.entries == 1
    assert parsed.polled.status is DocumentStatus.FETCHED


def test_rdf_is_read_and_its_date_is_the_publishing_date(read: Read) -> None:
    (entry,) = read(RDF).entries
    assert (entry.title, entry.url, entry.authors) == ("Fungi", "https://news.example/s/1", ("P. J. Hines",))
    assert (entry.published, entry.updated) == ("2017-06-15T10:29:47-07:00", None)


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Tom &amp;amp;amp; Jerry", "Tom & Jerry"),
        ("&amp;lt;b&amp;gt;Bold&amp;lt;/b&amp;gt; words", "Bold words"),
        ("<![CDATA[<i>Leaning</i> words<br/>here]]>", "Leaning words here"),
        ("a &lt; b and c &gt; d", "a < b and c > d"),
        ("AT&amp;T", "AT&T"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;News", "News"),
        ("  two\n  lines ", "two lines"),
        ("It&amp;#8217;s", "It’s"),
    ],
)
def test_a_title_is_one_line_without_markup(only_entry: OnlyEntry, written: str, title: str) -> None:
    assert only_entry(f"<title>{written}</title>").title == title


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Short.", TextStatus.TEASER),
        ("word " * 200, TextStatus.FULL),
        ("word " * 200 + "…", TextStatus.TEASER),
        ("word " * 200 + "[...]", TextStatus.TEASER),
        ("word " * 200 + "Read more »", TextStatus.TEASER),
        ("字" * 400, TextStatus.FULL),
    ],
)
def test_a_long_description_that_does_not_break_off_is_the_full_text(
    only_entry: OnlyEntry, text: str, status: TextStatus
) -> None:
    assert only_entry(f"<title>A</title><description>{text}</description>").text_status is status


def test_a_description_alone_is_the_body_and_no_summary(only_entry: OnlyEntry) -> None:
    entry = only_entry("<title>A</title><description>Words.</description>")
    assert (entry.body, entry.summary) == ("Words.", None)


def test_a_pictures_caption_is_not_taken_for_the_full_text(only_entry: OnlyEntry) -> None:
    entry = only_entry(
        "<title>A</title><description>The teaser.</description>"
        '<media:content url="https://img.example/a.jpg" medium="image">'
        "<media:description>A very long caption of a picture.</media:description></media:content>"
    )
    assert (entry.body, entry.text_status) == ("The teaser.", TextStatus.TEASER)


@pytest.mark.parametrize(
    ("markup", "image"),
    [
        (
            '<media:content url="https://i.example/s.jpg" medium="image" width="100"/>'
            '<media:content url="https://i.example/l.jpg" medium="image" width="900"/>',
            "https://i.example/l.jpg",
        ),
        ('<media:thumbnail url="https://i.example/t.jpg"/>', "https://i.example/t.jpg"),
        ('<enclosure url="https://i.example/e.jpg" type="image/jpeg" length="1"/>', "https://i.example/e.jpg"),
        ('<enclosure url="https://i.example/e.mp3" type="audio/mpeg" length="1"/>', None),
        ('<itunes:image href="https://i.example/p.jpg"/>', "https://i.example/p.jpg"),
        ("<description>&lt;img src='/x.png'&gt;Words.</description>", "https://news.example/x.png"),
        ("<description>&lt;img src='/x.png' width='1' height='1'&gt;Words.</description>", None),
        ("<description>&lt;img src='data:image/png;base64,AA=='&gt;Words.</description>", None),
    ],
)
def test_the_main_picture_is_found(only_entry: OnlyEntry, markup: str, image: str | None) -> None:
    assert only_entry(f"<title>A</title>{markup}").image_url == image


@pytest.mark.parametrize(
    ("markup", "authors"),
    [
        ("<dc:creator>Ann Lee</dc:creator><dc:creator>Bo Li</dc:creator>", ("Ann Lee", "Bo Li")),
        ("<author>ann@news.example (Ann Lee)</author>", ("Ann Lee",)),
        ("<author>Ann Lee &lt;ann@news.example&gt;</author>", ("Ann Lee",)),
        ("<author>ann@news.example</author>", ()),
        ("<dc:creator><![CDATA[<b>Ann</b> Lee]]></dc:creator>", ("Ann Lee",)),
    ],
)
def test_authors_are_names(only_entry: OnlyEntry, markup: str, authors: tuple[str, ...]) -> None:
    assert only_entry(f"<title>A</title>{markup}").authors == authors


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/a/b", "https://news.example/a/b"),
        ("b.html", "https://news.example/feeds/b.html"),
        ("//other.example/a", "https://other.example/a"),
        ("javascript:alert(1)", None),
        ("data:text/plain,x", None),
        ("https://news.example/" + "a" * 10_000, None),
    ],
)
def test_links_are_absolute_or_absent(only_entry: OnlyEntry, link: str, url: str | None) -> None:
    assert only_entry(f"<title>A</title><link>{link}</link>").url == url


def test_dates_stay_as_written(only_entry: OnlyEntry) -> None:
    for written in ("Mon, 28 Apr 2025 03:00:00 EDT", "28. April 2025, 03:00 Uhr", "1970-01-01", "2099-12-31T00:00"):
        assert only_entry(f"<title>A</title><pubDate>{written}</pubDate>").published == written


def test_items_that_lack_everything_are_entries_still(read: Read, rss: Rss) -> None:
    parsed = read(rss("", "<title/>", "<link/>", "<guid/>", "<pubDate/>"))
    assert parsed.polled.entries == 5
    assert all(entry.title is None and entry.url is None for entry in parsed.entries)


def test_an_empty_feed_is_a_feed(read: Read, rss: Rss) -> None:
    assert read(rss()).polled.entries == 0


def test_the_language_of_the_item_goes_before_that_of_the_feed(read: Read, rss: Rss) -> None:
    channel = "<title>W</title><language>en-us</language>"
    first, second = read(
        rss("<title>A</title>", "<title>B</title><dc:language>fr</dc:language>", channel=channel)
    ).entries
    assert (first.language, second.language) == ("en-us", "fr")


@pytest.mark.parametrize(
    "broken",
    [
        "<title>A & B</title><link>https://news.example/a?x=1&y=2</link>",
        "<title>A &nbsp;& B</title><link>https://news.example/a?x=1&amp;y=2</link>",
        "<title>A &amp; B<b></title><link>https://news.example/a?x=1&amp;y=2</link>",
        "<title>A &amp; B</title><link>https://news.example/a?x=1&amp;y=2</link><no:prefix>x</no:prefix>",
        "<title>A \x0b&amp; B\x00</title><link>https://news.example/a?x=1&amp;y=2</link>",
    ],
)
def test_ill_formed_items_come_out_with_their_neighbours(read: Read, rss: Rss, broken: str) -> None:
    parsed = read(rss("<title>Before</title>", broken, "<title>After</title>"))
    assert [" ".join((entry.title or "").split()) for entry in parsed.entries] == ["Before", "A & B", "After"]
    assert parsed.entries[1].url == "https://news.example/a?x=1&y=2"


def test_words_that_a_server_prints_before_the_feed_do_no_harm(read: Read, rss: Rss) -> None:
    assert len(read("\n\nWarning: mysql in /var/www on line 3\n" + rss("<title>A</title>")).entries) == 1


def test_a_feed_cut_off_in_the_middle_gives_what_it_has(read: Read, rss: Rss) -> None:
    whole = rss(*(f"<title>{n}</title><link>https://news.example/{n}</link>" for n in range(10)))
    assert len(read(whole[: len(whole) * 2 // 3]).entries) >= 4
