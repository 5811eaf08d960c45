"""How often a feed wants to be read, by what stands in it."""

from collections.abc import Callable

import pytest

from models.document import Document
from models.feed_state import PollingHints
from models.settings import FileSettings
from pipelines.parse import PARSERS

HOUR = 3600.0
SYNDICATION = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'

Hints = Callable[[str], PollingHints]


@pytest.fixture
def hints(of_feed: Callable[..., Document]) -> Hints:
    def read(channel: str) -> PollingHints:
        body = f'<rss version="2.0" {SYNDICATION}><channel><title>T</title>{channel}</channel></rss>'
        return PARSERS["feed"](of_feed(body), FileSettings()).hints

    return read


@pytest.mark.parametrize(
    ("channel", "seconds"),
    [
        ("", None),
        ("<ttl>60</ttl>", HOUR),
        ("<ttl> 60\n</ttl>", HOUR),
        ("<ttl>100000</ttl>", 100_000 * 60),
        ("<ttl>0</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>often</ttl>", None),
        ("<ttl>999999999999999999</ttl>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", HOUR / 2),
        ("<sy:updatePeriod> Daily </sy:updatePeriod>", 24 * HOUR),
        ("<sy:updateFrequency>4</sy:updateFrequency>", 6 * HOUR),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", HOUR),
        ("<sy:updatePeriod>whenever</sy:updatePeriod>", None),
        ("<ttl>15</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", HOUR),
    ],
)
def test_the_longest_interval_counts_and_nonsense_does_not(hints: Hints, channel: str, seconds: float | None) -> None:
    assert hints(channel).interval == seconds


def test_all_hours_and_days_to_be_spared_are_read(hints: Hints) -> None:
    found = hints(
        "<skipHours><hour>0</hour><hour> 7 </hour><hour>24</hour><hour>99</hour><hour>x</hour></skipHours>"
        "<SKIPDAYS><day>Saturday</day><day>sunday</day><day>Someday</day></SKIPDAYS>"
    )
    assert (found.skip_hours, found.skip_days) == ((0, 7), (5, 6))
    assert hints("<skipHours/><skipDays></skipDays>") == PollingHints()
