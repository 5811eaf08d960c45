from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.article import Precision
from models.errors import SetupError
from pipelines.normalize.times import read_time

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def read(raw: str, *, zone: str | None = None, language: str | None = None) -> tuple[datetime | None, Precision | None]:
    found = read_time(raw, zone=zone, language=language, fetched_at=NOW)
    assert found.raw == raw
    return found.instant, found.precision


@pytest.mark.parametrize(
    ("raw", "instant"),
    [
        ("Mon, 28 Apr 2025 03:00:00 +0200", "2025-04-28T01:00"),
        ("Mon, 28 Apr 2025 03:00:00 GMT", "2025-04-28T03:00"),
        ("28 Apr 25 03:00 EST", "2025-04-28T08:00"),
        ("Mon, 28 Apr 2025 03:00:00 -0000", "2025-04-28T03:00"),
        ("Mon, 28 Apr 2025 03:00:00 +0200 (CEST)", "2025-04-28T01:00"),
        ("2025-04-28T03:00:00Z", "2025-04-28T03:00"),
        ("2025-04-28T03:00:00.123456789+02:00", "2025-04-28T01:00:00.123456"),
        ("2025-04-28 03:00:00 +0200", "2025-04-28T01:00"),
        ("2025-04-28 03:00:00 UTC", "2025-04-28T03:00"),
        ("20250428T030000Z", "2025-04-28T03:00"),
        ("2025-04-28T03:00:00 America/New_York", "2025-04-28T07:00"),
        ("Mon Apr 28 03:00:00 EDT 2025", "2025-04-28T07:00"),
        ("1745823600", "2025-04-28T07:00"),
        ("1745823600000", "2025-04-28T07:00"),
    ],
)
def test_formats_of_machines_are_read(raw: str, instant: str) -> None:
    assert read(raw) == (utc(instant), Precision.INSTANT)


@pytest.mark.parametrize(
    ("raw", "language", "instant"),
    [
        ("28. April 2025, 03:00 Uhr ET", "de", "2025-04-28T07:00"),
        ("28. April 2025, 03:00 Uhr ET", None, "2025-04-28T07:00"),
        ("Montag, 28. April 2025 um 14.05 Uhr (MESZ)", "de", "2025-04-28T12:05"),
        ("28 April 2025 3:00 a.m. ET", "en", "2025-04-28T07:00"),
        ("Monday, April 28th, 2025 at 3:05pm CT", "en-US", "2025-04-28T20:05"),
        ("12:30 a.m. BST, July 4, 2025", "en", "2025-07-03T23:30"),
        ("lundi 3 mars 2025 à 14h05 CET", "fr", "2025-03-03T13:05"),
        ("1er mai 2025, 9 h 30 GMT", "fr", "2025-05-01T09:30"),
        ("martes, 4 de marzo de 2025 a las 18:30 CET", "es", "2025-03-04T17:30"),
        ("28 апреля 2025 г., 15:00 МСК", "ru", "2025-04-28T12:00"),
        ("2025年4月28日 下午3:05 UTC+8", "zh", "2025-04-28T07:05"),
        ("28 huhtikuuta 2025 klo 14.05 EEST", "fi", "2025-04-28T11:05"),
    ],
)
def test_times_as_people_write_them_are_read(raw: str, language: str | None, instant: str) -> None:
    assert read(raw, language=language) == (utc(instant), Precision.INSTANT)


@pytest.mark.parametrize(
    ("raw", "hour"),
    [
        ("4 July 2024 12:00 EST", 17),
        ("4 July 2024 12:00 EDT", 16),
        ("4 July 2024 12:00 ET", 16),
        ("4 January 2024 12:00 ET", 17),
        ("4 July 2024 12:00 CET", 11),
        ("4 July 2024 12:00 MESZ", 10),
        ("4 July 2024 12:00 BST", 11),
        ("4 July 2024 12:00 PT", 19),
        ("4 January 2024 12:00 PT", 20),
        ("4 July 2024 12:00 MSK", 9),
        ("4 July 2024 12:00 JST", 3),
    ],
)
def test_zones_mean_what_they_mean_on_that_date(raw: str, hour: int) -> None:
    instant, precision = read(raw)
    assert instant is not None
    assert (instant.hour, precision) == (hour, Precision.INSTANT)


def test_an_ambiguous_zone_means_what_it_means_where_the_source_is() -> None:
    assert read("4 July 2024 12:00 CST")[0] == utc("2024-07-04T18:00")
    assert read("4 July 2024 12:00 CST", zone="Asia/Shanghai")[0] == utc("2024-07-04T04:00")
    assert read("4 July 2024 12:00 IST", zone="Europe/Dublin")[0] == utc("2024-07-04T11:00")


def test_a_time_without_a_zone_is_marked_and_read_in_the_source_s_zone() -> None:
    assert read("2025-07-01 12:00") == (utc("2025-07-01T12:00"), Precision.NO_ZONE)
    assert read("2025-07-01T12:00:00", zone="Europe/Berlin") == (utc("2025-07-01T10:00"), Precision.NO_ZONE)
    assert read("1 July 2025 12:00 QQQ", zone="Europe/Berlin") == (utc("2025-07-01T10:00"), Precision.NO_ZONE)


def test_a_day_is_its_midnight_in_the_source_s_zone() -> None:
    assert read("2025-07-01") == (utc("2025-07-01T00:00"), Precision.DAY)
    assert read("1 July 2025", zone="America/New_York") == (utc("2025-07-01T04:00"), Precision.DAY)
    assert read("2025-07-01+02:00") == (utc("2025-06-30T22:00"), Precision.DAY)


@pytest.mark.parametrize(
    ("raw", "language", "zone", "day"),
    [
        ("03/04/2025", "en-US", None, "2025-03-04"),
        ("03/04/2025", "en-GB", None, "2025-04-03"),
        ("03/04/2025", "fr", None, "2025-04-03"),
        ("03/04/2025", "en", "America/Chicago", "2025-03-04"),
        ("03.04.2025", "de", None, "2025-04-03"),
        ("03.04.2025", None, None, "2025-04-03"),
        ("02.21.2024", None, None, "2024-02-21"),
        ("21/02/2024", None, None, "2024-02-21"),
    ],
)
def test_the_order_of_day_and_month_follows_language_and_zone(
    raw: str, language: str | None, zone: str | None, day: str
) -> None:
    instant, _ = read(raw, language=language, zone=zone)
    assert instant is not None
    assert instant.date().isoformat() == day


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "yesterday",
        "5 minutes ago",
        "Last Tuesday, 3 March 2020, when the president spoke",
        "early in March 2025",
        "2025",
        "2025-04",
        "03/04/2025",
        "2025-02-30",
        "28 April 2025 25:00",
        "2099-01-01T00:00:00Z",
        "2026-01-02T00:00:01Z",
        "1899-12-31T12:00:00Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "1970-01-01T00:00:00",
        "1970-01-01T00:00:00Z",
        "Thu, 01 Jan 1970 01:00:00 +0100",
        "0",
        "12" * 5000,
    ],
)
def test_a_time_that_cannot_be_used_is_kept_raw_only(raw: str) -> None:
    assert read(raw) == (None, None)


def test_a_time_may_lie_one_day_in_the_future() -> None:
    assert read("2026-01-01T23:59:59Z")[0] == utc("2026-01-01T23:59:59")


def test_a_month_that_two_languages_number_differently_is_read_in_its_own_only() -> None:
    assert read("5 listopada 2025", language="pl")[0] == utc("2025-11-05")
    assert read("5 listopada 2025", language="hr")[0] == utc("2025-10-05")
    assert read("5 listopada 2025")[0] is None


def test_a_wrong_zone_of_a_source_is_said() -> None:
    with pytest.raises(SetupError, match="Europe/Berlin"):
        read("2025-07-01", zone="Berlin")


@given(st.text(max_size=200), st.sampled_from([None, "de", "en", "xx"]), st.sampled_from([None, "Asia/Tokyo"]))
def test_any_text_is_read_or_kept(raw: str, language: str | None, zone: str | None) -> None:
    found = read_time(raw, zone=zone, language=language, fetched_at=NOW)
    assert found.raw == raw
    assert (found.instant is None) == (found.precision is None)


@given(st.text(alphabet="0123456789 :-/.,TZ+aprilmyET年月日h", max_size=40))
def test_anything_like_a_time_is_read_within_bounds(raw: str) -> None:
    instant, _ = read(raw)
    assert instant is None or 1899 <= instant.year <= 2026


@given(
    st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2025, 12, 31)).map(
        lambda at: at.replace(tzinfo=UTC)
    )
)
def test_what_is_written_in_a_standard_comes_back(at: datetime) -> None:
    assert read(at.isoformat())[0] == at
    assert read(at.strftime("%a, %d %b %Y %H:%M:%S GMT"))[0] == at.replace(microsecond=0)
