"""The feeds file on the disk: read whole, changed as text, and put in the old one's place only if it is right."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from models.errors import SetupError
from models.source import FeedSource
from pipelines.configuration import FEEDS, ConfigError, config_directory
from pipelines.configuration.documents import LARGEST_FILE, Document, parse_document, read_document
from pipelines.configuration.feeds import normalized_url, read_feeds
from pipelines.curate.edit import Written, with_feeds, without_feeds
from pipelines.replace import replace_file

_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class FeedsText:
    """A feeds file as it was read: its text (line ends as line feeds), its feeds in their order, enabled or not."""

    path: Path
    content: bytes | None
    text: str
    feeds: tuple[FeedSource, ...] = ()
    enabled: frozenset[str] = frozenset()
    lines: dict[str, int] = field(default_factory=dict)
    defaults: dict[str, object] = field(default_factory=dict)

    def place(self, feed: FeedSource) -> str:
        """Where a feed stands: file and line."""
        return f"{self.path}:{self.lines[feed.id]}"

    def with_address(self, url: str) -> FeedSource | None:
        """The feed that has this address, after normalization."""
        wanted = normalized_url(url)
        return next((feed for feed in self.feeds if normalized_url(feed.url) == wanted), None)

    def taken(self) -> set[str]:
        """The ids that are in use, without case."""
        return {feed.id.casefold() for feed in self.feeds}


def feeds_path(directory: Path | None) -> Path:
    """The file to change: of the directory asked for, else in `./config`; never the packaged one."""
    if directory is None and not Path("config").is_dir():
        return Path("config") / FEEDS
    return (config_directory(directory) if directory is not None else Path("config")) / FEEDS


def read_feeds_text(path: Path) -> FeedsText:
    """Read the file; one that is not there yet has no feeds. Raises ConfigError where it is not right."""
    if not os.path.lexists(path):
        return FeedsText(path, None, "")
    try:
        content = path.read_bytes()
        text = content.removeprefix(_MARK).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        text = None
    if text is None or len(content) > LARGEST_FILE:
        raise ConfigError(read_document(path).problems)
    return _understood(path, content, text.replace("\r\n", "\n") if _ends_in_crlf(content) else text)


def added(before: FeedsText, feeds: Sequence[Written]) -> FeedsText:
    """The file with these feeds more. Raises SetupError where that can't be done without touching others."""
    after = _changed(before, with_feeds(before.text, feeds))
    expected = [feed.id for feed in before.feeds] + [str(feed["id"]) for feed in feeds]
    _check(before, after, expected)
    return after


def removed(before: FeedsText, ids: Collection[str]) -> FeedsText:
    """The file without these feeds. Raises SetupError where that can't be done without touching others."""
    positions = [position for position, feed in enumerate(before.feeds) if feed.id in ids]
    after = _changed(before, without_feeds(before.text, positions))
    _check(before, after, [feed.id for feed in before.feeds if feed.id not in ids])
    return after


def write(before: FeedsText, after: FeedsText) -> None:
    """Put the new text in the old one's place, at once or not at all, with its mode and its line ends.

    Raises SetupError where it can't be written, or was changed by somebody else since it was read.
    """
    text = after.text.replace("\n", "\r\n") if before.content and _ends_in_crlf(before.content) else after.text
    content = (_MARK if before.content and before.content.startswith(_MARK) else b"") + text.encode()
    target = Path(os.path.realpath(before.path))
    try:
        if before.content is None:
            target.parent.mkdir(parents=True, exist_ok=True)
        elif target.read_bytes() != before.content:
            raise SetupError(f"{before.path} was changed by somebody else meanwhile; run the command again")
        replace_file(target, content)
    except OSError as error:
        raise SetupError(f"{before.path} can't be written: {error.strerror}; nothing was changed") from error


def _understood(path: Path, content: bytes | None, text: str) -> FeedsText:
    document = parse_document(text, Document(str(path)))
    value = document.value if isinstance(document.value, dict) else {}
    if not document.problems and (document.value is None or value.get("feeds", ()) is None):
        # A list that is about to get its first feed.
        document.value = {**value, "feeds": []}
    enabled, disabled = read_feeds(document, None)
    if document.problems:
        raise ConfigError(document.problems)
    defaults = value.get("defaults")
    feeds = tuple(sorted((*enabled, *disabled), key=lambda feed: feed.order))
    return FeedsText(
        path=path,
        content=content,
        text=text,
        feeds=feeds,
        enabled=frozenset(feed.id for feed in enabled),
        lines={feed.id: document.place(("feeds", feed.order, "id")).line for feed in feeds},
        defaults=defaults if isinstance(defaults, dict) else {},
    )


def _changed(before: FeedsText, text: str) -> FeedsText:
    try:
        return _understood(before.path, before.content, text)
    except ConfigError as error:
        raise SetupError(_by_hand(before.path, error.problems[0].message)) from error


def _check(before: FeedsText, after: FeedsText, expected: Sequence[str]) -> None:
    """Nothing but what was meant has changed."""
    held = {feed.id: feed.model_copy(update={"order": 0}) for feed in before.feeds}
    kept = {feed.id: feed.model_copy(update={"order": 0}) for feed in after.feeds}
    wanted = [name for name in expected if name in held]
    if [feed.id for feed in after.feeds] != list(expected) or any(kept[name] != held[name] for name in wanted):
        raise SetupError(_by_hand(before.path, "other feeds would change with it"))


def _by_hand(path: Path, reason: str) -> str:
    return f"{path} is written in a way that can't be changed safely ({reason}); nothing was changed, edit it by hand"


def _ends_in_crlf(content: bytes) -> bool:
    """Whether every line of it ends as on Windows."""
    return b"\r\n" in content and content.count(b"\r\n") == content.count(b"\n")
