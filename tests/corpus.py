"""Invented news in any amount, always the same for the same number."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

PLACES = ["Lisbon", "Oslo", "Nairobi", "Lima", "Hanoi", "Ottawa", "Tallinn", "Quito", "Dublin", "Sofia"]
PEOPLE = ["the mayor", "a spokeswoman", "the ferry company", "the school board", "the union", "the city council"]
DEEDS = ["opened", "postponed", "defended", "cancelled", "welcomed", "criticised", "presented", "rejected"]
THINGS = [
    "the new bridge",
    "a plan for the harbour",
    "the budget",
    "a night train",
    "the water works",
    "a music school",
]
TIMES = ["on Monday", "late on Tuesday", "after long talks", "despite protests", "in a letter", "before the vote"]


def sentence(random: Random) -> str:
    """One sentence of news."""
    words = [random.choice(part) for part in (PEOPLE, DEEDS, THINGS, TIMES)]
    place = random.choice(PLACES)
    return f"{words[0].capitalize()} in {place} {words[1]} {words[2]} {words[3]}."


def records(number: int, sentences: int = 12) -> Iterator[dict[str, Any]]:
    """JSON records as an archive would hand them over."""
    for n in range(number):
        random = Random(n)
        yield {
            "id": f"story-{n}",
            "url": f"https://archive.example/{n}",
            "title": sentence(random).rstrip("."),
            "text": "\n\n".join(sentence(random) for _ in range(sentences)),
            "language": "en",
            "published": f"2026-01-{n % 28 + 1:02d}T{n % 24:02d}:00:00Z",
            "authors": [f"Reporter {n % 17}"],
        }


def write_records(path: Path, number: int, sentences: int = 12) -> Path:
    """A file of JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        for record in records(number, sentences):
            file.write(json.dumps(record) + "\n")
    return path


def rss(items: int, first: int = 0, *, title: str = "Archive") -> bytes:
    """A feed with full texts."""
    entries = "".join(_item(record) for record in list(records(first + items))[first:])
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{title}</title><link>https://archive.example/</link>{entries}</channel></rss>"
    ).encode()


def _item(record: dict[str, Any]) -> str:
    text = "".join(f"&lt;p&gt;{paragraph}&lt;/p&gt;" for paragraph in record["text"].split("\n\n"))
    return (
        f"<item><title>{record['title']}</title><link>{record['url']}</link><guid>{record['id']}</guid>"
        f"<pubDate>Thu, 01 Jan 2026 12:00:00 GMT</pubDate><content:encoded>{text}</content:encoded></item>"
    )
