"""What a curator and an operator meet when they write the configuration."""

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import SetupError
from models.feeds_file import duration_text, every_text
from models.settings import Configuration, Settings
from models.source import Bounds, FeedSource
from pipelines.configuration import ConfigError, load_configuration, load_settings
from pipelines.configuration.schemas import SCHEMAS, as_text, file_of

REPOSITORY = Path(__file__).parents[2]

Read = Callable[..., Configuration]
Problems = Callable[..., list[str]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(feeds: str | bytes | None = None, newsbeam: str | bytes | None = None, **options: Any) -> Configuration:
        for name, content in (("feeds.yaml", feeds), ("newsbeam.yaml", newsbeam)):
            if content is not None:
                (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return load_configuration(tmp_path, **{"environ": {}} | options)

    return read


@pytest.fixture
def problems(read: Read, tmp_path: Path) -> Problems:
    def problems(*content: str | bytes | None, **options: Any) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            read(*content, **options)
        return [str(problem).replace(f"{tmp_path}/", "") for problem in caught.value.problems]

    return problems


def feed(**keys: str) -> str:
    """A feeds.yaml of one feed; its keys are as in YAML."""
    lines = {"id": "a", "url": "https://example.org/feed", "name": "A"} | keys
    return "feeds:\n  - " + "\n    ".join(f"{key}: {value}" for key, value in lines.items()) + "\n"


def test_a_feed_has_everything_that_its_entry_and_the_defaults_say(read: Read) -> None:
    configuration = read("""
defaults:
  every: 2h
  language: de
  tags: [news]
feeds:
  - id: first
    url: https://example.org/1
    name: First
    every: 15m
    section: world
    full_text: page
    include: [election, vote]
    exclude: [sport]
    timezone: Europe/Berlin
    identity: guid
    headers: {X-Edition: north, X-Api-Key: "${FEED_KEY}"}
    auth: {username_env: FEED_USER, password_env: FEED_PASSWORD}
  - id: second
    url: https://example.org/2
    name: Second
    language: pt-BR
    tags: []
""")
    first, second = configuration.feeds
    assert (first.id, first.name, first.order, first.every) == ("first", "First", 0, timedelta(minutes=15))
    assert first.headers == {"X-Edition": "north"}
    assert first.headers_env == {"X-Api-Key": "FEED_KEY"}
    assert first.auth_env == ("FEED_USER", "FEED_PASSWORD")
    assert first.content.model_dump(mode="json") == {
        "language": "de",
        "section": "world",
        "tags": ["news"],
        "full_text": "page",
        "include": ["election", "vote"],
        "exclude": ["sport"],
        "timezone": "Europe/Berlin",
        "identity": "guid",
    }
    assert (second.order, second.every, second.content.language, second.content.tags) == (
        1,
        timedelta(hours=2),
        "pt-BR",
        (),
    )


def test_an_interval_may_follow_the_feed_between_bounds(read: Read) -> None:
    (source,) = read(feed(every="10m to 6h")).feeds
    assert source.every == Bounds(shortest=timedelta(minutes=10), longest=timedelta(hours=6))
    assert every_text(source.every) == "10m to 6h"
    assert FeedSource.model_validate_json(source.model_dump_json()) == source


def test_a_disabled_feed_is_remembered_but_not_polled(read: Read) -> None:
    configuration = read(feed(enabled="false"))
    assert configuration.feeds == ()
    assert [source.id for source in configuration.disabled] == ["a"]


def test_yes_and_no_mean_what_they_say(read: Read) -> None:
    assert read(feed(enabled="no", language="no")).disabled[0].content.language == "no"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"ulr": "x"}, "feeds.yaml:5:5: unknown key 'ulr'; did you mean 'url'?"),
        ({"every": "15"}, "feeds.yaml:5:12: 'every' is not a duration; write '15m' for minutes or '15h' for hours"),
        ({"every": "soon"}, "feeds.yaml:5:12: 'every' is not a duration; write 15m, 2h or 1d"),
        ({"every": "0m"}, "feeds.yaml:5:12: 'every' is not a duration; write 15m, 2h or 1d"),
        ({"every": "6h to 10m"}, "feeds.yaml:5:12: 'every' must name the shorter duration first, as in 10m to 6h"),
        ({"every": "10m to soon"}, "feeds.yaml:5:12: 'every' is not a duration; write 15m, 2h or 1d"),
        ({"every": "1m to 2m to 3m"}, "feeds.yaml:5:12: 'every' takes one duration or two, as in 15m or 10m to 6h"),
        (
            {"every": "99999d"},
            "feeds.yaml:5:12: 'every' is longer than a year, the longest there is; to pause a feed write 'enabled:"
            " false'",
        ),
        ({"tags": "news"}, "feeds.yaml:5:11: 'tags' must be a list, written [news]"),
        ({"tags": ""}, "feeds.yaml:5:5: 'tags' has no value; write one or remove the line"),
        ({"tags": "[a, 3]"}, "feeds.yaml:5:15: item 2 of 'tags' must be text; put it between quotes: \"3\""),
        (
            {"full_text": "pge"},
            "feeds.yaml:5:16: 'full_text' must be one of feed, page, auto, not 'pge'; did you mean 'page'?",
        ),
        ({"timezone": "Europe/Berln"}, "feeds.yaml:5:15: 'timezone' is not a time zone; did you mean 'Europe/Berlin'?"),
        ({"language": "german"}, "feeds.yaml:5:15: 'language' must be a language's code, such as de, en or pt-BR"),
        ({"language": "xq"}, "feeds.yaml:5:15: 'xq' is no language's code; write one like de, en or pt-BR"),
        ({"enabled": "maybe"}, "feeds.yaml:5:14: 'enabled' must be true or false, not 'maybe'"),
        ({"name": "2020"}, "feeds.yaml:4:11: 'name' must be text; put it between quotes: \"2020\""),
        ({"id": "a b"}, "feeds.yaml:2:9: 'id' must be letters, digits, '.', '_' and '-' only, such as 'bbc-world'"),
        ({"url": "ftp://example.org"}, "feeds.yaml:3:10: 'url' must begin with https:// or http://"),
        ({"url": "https:///feed"}, "feeds.yaml:3:10: 'url' names no host; write it as https://example.org/feed.xml"),
        ({"url": "https://example.org:port/"}, "feeds.yaml:3:10: 'url' is not an address"),
        ({"url": "'https://[::1/feed'"}, "feeds.yaml:3:10: 'url' is not an address"),
        ({"url": "https://example.org/my feed"}, "feeds.yaml:3:10: 'url' is not an address: it has blanks"),
        ({"url": "https://me:secret@example.org/"}, "feeds.yaml:3:10: 'url' must not hold a user name or password"),
        ({"headers": "[1]"}, "feeds.yaml:5:14: 'headers' must be a mapping of keys to values"),
        ({"headers": "{Host: example.org}"}, "feeds.yaml:5:15: Newsbeam sets the header 'Host' itself; remove it"),
        ({"headers": "{'a b': c}"}, "feeds.yaml:5:15: 'a b' can't be a header's name"),
        ({"headers": '{X-A: "a\\nb"}'}, "feeds.yaml:5:20: the header 'X-A' holds a line break"),
        ({"auth": "{username_env: 'my name'}"}, "feeds.yaml:5:11: 'password_env' is missing"),
    ],
)
def test_each_slip_is_said_with_its_place_and_cure(problems: Problems, keys: dict[str, str], said: str) -> None:
    assert any(problem.startswith(said) for problem in problems(feed(**keys))), problems(feed(**keys))


@pytest.mark.parametrize(
    "header", ["Authorization: Bearer abc123", "Cookie: abc123", "X-Auth-Token: abc123", "X-Any: Basic abc123"]
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(problems: Problems, header: str) -> None:
    (problem,) = problems(feed(headers=f"{{{header}}}"))
    assert "looks like a secret; put its whole value into an environment variable and write '${" in problem
    assert "abc123" not in problem


def test_a_password_in_the_wrong_place_is_not_repeated(problems: Problems) -> None:
    said = problems(feed(auth="{username_env: ME, password_env: 'hunter 2'}"), "elasticsearch: {password: hunter2}")
    assert len(said) == 2
    assert "hunter" not in "".join(said)
    assert "did you mean 'password_env'? It takes the name of an environment variable" in said[1]
    (said_of_feed,) = problems(feed(password="hunter2"), "")
    assert said_of_feed.endswith("name the environment variables that hold user name and password under 'auth'")


def test_an_entry_that_is_wrong_in_one_place_is_checked_in_the_others_too(problems: Problems) -> None:
    said = problems(
        """feeds:
  - id: a
    url: https://me:hunter2@example.org/
    name: A
    headers: {Authorization: Bearer hunter2, X-Key: "${NOT_SET}"}
    auth: {username_env: ALSO_NOT_SET, password: hunter2}
  - {id: A, url: "https://example.org/b", name: B, every: soon}
  - {id: c, url: "https://example.org/b/", name: C, evry: 1h}
""",
        need_secrets=True,
    )
    assert [problem.split(" ")[0] + problem.partition(": ")[2][:30] for problem in said] == [
        "feeds.yaml:3:10:'url' must not hold a user nam",
        "feeds.yaml:5:30:the header 'Authorization' loo",
        "feeds.yaml:5:53:the environment variable NOT_S",
        "feeds.yaml:6:11:'password_env' is missing",
        "feeds.yaml:6:26:the environment variable ALSO_",
        "feeds.yaml:6:40:unknown key 'password'; did yo",
        "feeds.yaml:7:10:the id 'A' is taken by the fee",
        "feeds.yaml:7:59:'every' is not a duration; wri",
        "feeds.yaml:8:18:feed 'A' in line 7 has this ad",
        "feeds.yaml:8:53:unknown key 'evry'; did you me",
    ]
    assert "hunter2" not in "".join(said)


def test_a_field_that_records_lack_is_said_with_the_nearest(problems: Problems) -> None:
    (said,) = problems(None, "files: {mapping: {titel: [headline]}}\n")
    assert said == "newsbeam.yaml:1:19: unknown key 'titel'; did you mean 'title'?"


def test_everything_wrong_is_said_at_once_in_the_order_of_the_lines(problems: Problems) -> None:
    said = problems(
        """
defaults: {evry: 15m}
feeds:
  - {id: a, url: "https://example.org/a", name: A, every: soon}
  - just text
  - {id: c, name: C}
  - {id: d, url: "https://example.org/d", name: D, headers: {Cookie: x}}
""",
        "log_level: loud\nfetch: {concurrency: 0}\n",
        environ={"NEWSBEAM_FETCH__TIMEOT": "3"},
        index="ftp://example.org",
    )
    assert [problem.split(": ")[0] for problem in said] == [
        "--index",
        "feeds.yaml:2:12",
        "feeds.yaml:4:59",
        "feeds.yaml:5:5",
        "feeds.yaml:6:5",
        "feeds.yaml:7:70",
        "newsbeam.yaml:1:12",
        "newsbeam.yaml:2:22",
        "environment variable NEWSBEAM_FETCH__TIMEOT",
    ]


def test_two_feeds_can_not_share_an_id(problems: Problems) -> None:
    said = problems("""feeds:
  - {id: a, url: "https://example.org/a", name: A}
  - {id: A, url: "https://example.org/b", name: B}
""")
    assert said == ["feeds.yaml:3:10: the id 'A' is taken by the feed in line 2"]


@pytest.mark.parametrize(
    "twin",
    [
        "HTTPS://Example.ORG/feed",
        "https://example.org:443/feed",
        "https://example.org/feed/",
        "https://example.org/feed#top",
    ],
)
def test_two_feeds_can_not_share_an_address(problems: Problems, twin: str) -> None:
    said = problems(f"""feeds:
  - {{id: a, url: "https://example.org/feed", name: A}}
  - {{id: b, url: "{twin}", name: B}}
""")
    assert said == ["feeds.yaml:3:18: feed 'a' in line 2 has this address already"]


def test_addresses_that_differ_in_path_or_query_are_two_feeds(read: Read) -> None:
    configuration = read("""feeds:
  - {id: a, url: "https://example.org/feed?of=a", name: A}
  - {id: b, url: "https://example.org/feed?of=b", name: B}
  - {id: c, url: "https://example.org/Feed", name: C}
""")
    assert len(configuration.feeds) == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("feeds:\n\t- id: a\n", "feeds.yaml:2:1: not YAML: a tab stands here; YAML wants blanks"),
        ("feeds: [a\n", "feeds.yaml:1:8: not YAML: a bracket that is opened here is never closed"),
        ("feeds: [\n", "feeds.yaml:2:1: not YAML: a bracket is opened before this and never closed"),
        ("feeds: 'a\n", "feeds.yaml:1:8: not YAML: quotes that are opened here are never closed"),
        ("feeds: a: b\n", "feeds.yaml:1:9: not YAML: a ': ' too many in this line; put the value between quotes"),
        ("feeds: *all\n", "feeds.yaml:1:8: not YAML: an alias (*name) whose anchor"),
        ("feeds: []\n---\n", "feeds.yaml:2:1: not YAML: a second document begins here; remove the line '---'"),
        ("feeds: []\nfeeds: []\n", "feeds.yaml:2:1: 'feeds' stands twice; the first is in line 1"),
        ("feeds: !!python/name:os.system []\n", "feeds.yaml:1:8: the tag 'tag:yaml.org,2002:python/name:os.system'"),
        ("- id: a\n", "feeds.yaml:1:1: the file must be a mapping of keys to values, not a list"),
        ("feeds: 3\n", "feeds.yaml:1:8: 'feeds' must be a list, not 3"),
        ("feeds:\n", "feeds.yaml:1:1: 'feeds' has no value"),
        ("feed: []\n", "feeds.yaml:1:1: unknown key 'feed'; did you mean 'feeds'?"),
        ("", "feeds.yaml:1:1: is empty; begin with 'feeds:' and a list of feeds"),
        ("# nothing yet\n", "feeds.yaml:1:1: is empty; begin with 'feeds:' and a list of feeds"),
        (b"feeds: []\n# caf\xe9\n", "feeds.yaml:2:6: is not UTF-8; save the file in that encoding"),
        ("feeds: []\n".encode("utf-16"), "feeds.yaml:1:1: is UTF-16 or UTF-32; save the file as UTF-8"),
        ("feeds: []\n".encode("utf-16-le"), "feeds.yaml:1:1: is UTF-16 or UTF-32; save the file as UTF-8"),
        ("feeds:\n  - id:\ta\n", "feeds.yaml:2:8: not YAML: a tab stands here; YAML wants blanks"),
        (b"feeds: []\nx: \x00\n", "feeds.yaml:2:4: holds a control character that YAML does not allow; remove it"),
        ("feeds: " + "[" * 5000, "feeds.yaml:1:1: is nested too deeply"),
        ("a: &a [*a]\nfeeds: []\n", "feeds.yaml:1:4: nested too deeply"),
        (b"feeds: []\n" + b"#" * 5_000_000, "feeds.yaml:1:1: is larger than 4 MiB"),
    ],
)
def test_a_file_that_can_not_be_read_is_one_clear_line(problems: Problems, content: str | bytes, said: str) -> None:
    assert any(problem.startswith(said) for problem in problems(content)), problems(content)


def test_a_small_file_does_not_unfold_into_a_large_one(problems: Problems) -> None:
    layers = "abcdefghi"
    bomb = f"{layers[0]}: &{layers[0]} [{', '.join('x' * 10)}]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{inner}'] * 10)}]\n" for inner, name in pairwise(layers)
    )
    assert any("unfold into too many values" in problem for problem in problems(bomb + "feeds: []\n"))


def test_anchors_and_merges_work_as_yaml_says(read: Read) -> None:
    configuration = read("""feeds:
  - &wire
    id: a
    url: https://example.org/a
    name: A
    language: de
  - <<: *wire
    id: b
    url: https://example.org/b
""")
    assert [(source.id, source.content.language) for source in configuration.feeds] == [("a", "de"), ("b", "de")]


def test_a_directory_in_place_of_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").mkdir()
    with pytest.raises(ConfigError, match=r"feeds\.yaml: can't be read: Is a directory"):
        load_configuration(tmp_path, environ={})


def test_variables_that_feeds_need_must_be_set_when_they_are_needed(read: Read, problems: Problems) -> None:
    content = feed(headers='{X-Key: "${FEED_KEY}"}', auth="{username_env: FEED_USER, password_env: FEED_PASSWORD}")
    assert len(read(content).feeds) == 1
    assert problems(content, need_secrets=True, environ={"FEED_USER": "me", "FEED_PASSWORD": ""}) == [
        "feeds.yaml:5:22: the environment variable FEED_KEY is not set; feed 'a' needs it",
        "feeds.yaml:6:51: the environment variable FEED_PASSWORD is not set; feed 'a' needs it",
    ]
    disabled = content + "    enabled: false\n"
    assert read(disabled, need_secrets=True).disabled[0].id == "a"


def test_the_environment_overrides_the_file_and_the_option_overrides_both(read: Read) -> None:
    environ = {"NEWSBEAM_INDEX": "from-environment", "NEWSBEAM_FETCH__ALLOW_PRIVATE_ADDRESSES": "true"}
    file = "index: from-file\nfetch: {timeout: 5}\n"
    configuration = read(None, file, environ=environ)
    assert configuration.settings.index == "from-environment"
    assert configuration.settings.fetch.allow_private_addresses is True
    assert configuration.settings.fetch.timeout == 5
    assert read(None, file, environ=environ, index="from-option").settings.index == "from-option"


def test_lists_and_mappings_come_from_the_environment_as_json(read: Read) -> None:
    configuration = read(None, "", environ={"NEWSBEAM_FILES__MAPPING": '{"title": ["headline"]}'})
    assert configuration.settings.files.mapping == {"title": ("headline",)}


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("NEWSBEAM_FETCH__TIMEOT", "3", "unknown key 'timeot'; did you mean 'timeout'?"),
        ("NEWSBEAM_FETCH__TIMEOUT", "long", "'timeout' must be a number, not 'long'"),
        ("NEWSBEAM_FETHC__TIMEOUT", "3", "unknown key 'fethc'; did you mean 'fetch'?"),
        ("NEWSBEAM_FETCH", "3", "is a section; set one key: NEWSBEAM_FETCH__<KEY>"),
        ("NEWSBEAM_INDX", "x", "is not known; did you mean 'NEWSBEAM_INDEX'?"),
        ("NEWSBEAM_FILES__MAPPING", "{bad", "'mapping' must be a mapping of keys to values, not '{bad'"),
    ],
)
def test_a_slip_in_a_variable_is_said_by_its_name(problems: Problems, variable: str, value: str, said: str) -> None:
    assert problems(None, "", environ={variable: value}) == [f"environment variable {variable}: {said}"]


def test_variables_that_are_not_ours_are_left_alone(read: Read) -> None:
    environ = {"NEWSBEAM_ELASTICSEARCH_PASSWORD": "x", "NEWSBEAM_FEED_TOKEN": "x", "NEWSBEAM_INDEX": "", "PATH": "/bin"}
    assert read(None, "", environ=environ).settings == Settings()


@pytest.mark.parametrize(
    "index",
    ["http://me:secret@localhost:9200/news", "ftp://localhost/news", "http:///news", "http://localhost/a?b=c", ""],
)
def test_an_index_that_is_neither_directory_nor_address_is_refused(problems: Problems, index: str) -> None:
    (problem,) = problems(None, "", index=index)
    assert problem.startswith("--index: 'index' ")
    assert "secret" not in problem


def test_settings_alone_are_read_without_the_feeds(tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text("feeds: [")
    assert load_settings(tmp_path, environ={}) == Settings()


def test_without_a_directory_the_one_in_the_working_directory_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    packaged = load_configuration(environ={})
    assert any(source.id == "rfa-en" for source in packaged.feeds)
    (tmp_path / "config").mkdir()
    assert load_configuration(environ={}) == packaged
    (tmp_path / "config/feeds.yaml").write_text(feed())
    assert [source.id for source in load_configuration(environ={}).feeds] == ["a"]


@pytest.mark.parametrize("made", ["nothing", "file", "empty directory"])
def test_a_config_directory_that_is_none_is_said(tmp_path: Path, made: str) -> None:
    place = tmp_path / "place"
    if made == "file":
        place.write_text("")
    elif made == "empty directory":
        place.mkdir()
    with pytest.raises(SetupError, match=f"{place}: "):
        load_configuration(place, environ={})


def test_the_packaged_feeds_are_right_and_speak_several_languages() -> None:
    configuration = load_configuration(REPOSITORY / "config", environ={})
    assert len(configuration.feeds) >= 12
    assert len({source.content.language for source in configuration.feeds}) >= 5


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_committed_schemas_are_those_of_the_records(name: str) -> None:
    file = file_of(name, REPOSITORY / "config")
    assert file.read_text(encoding="utf-8") == as_text(name), (
        f"{file.name} is not up to date; write it anew with: newsbeam config schema --write config"
    )


def test_the_packaged_files_name_their_schemas_for_editors() -> None:
    for name in ("feeds", "newsbeam"):
        first = (REPOSITORY / f"config/{name}.yaml").read_text().partition("\n")[0]
        assert first == f"# yaml-language-server: $schema={name}.schema.json"
        assert json.loads((REPOSITORY / f"config/{name}.schema.json").read_text())["type"] == "object"


@given(st.integers(1, 50), st.sampled_from("smhdw"))
def test_a_duration_survives_writing_and_reading(number: int, unit: str) -> None:
    from models.feeds_file import FeedDefaults

    every = FeedDefaults.model_validate({"every": f"{number}{unit}"}).every
    assert isinstance(every, timedelta)
    assert FeedDefaults.model_validate({"every": duration_text(every)}).every == every


@settings(max_examples=150)
@given(st.text(alphabet="ab:-[]{}&*!|>'\"%@`#?, \t\n\u00e9\x07~<.0", max_size=60))
def test_no_text_makes_reading_fail_in_another_way(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    directory = tmp_path_factory.getbasetemp() / "any"
    directory.mkdir(exist_ok=True)
    (directory / "feeds.yaml").write_bytes(text.encode())
    try:
        load_configuration(directory, environ={})
    except ConfigError as error:
        assert error.problems  # noqa: PT017  # either outcome is fine
