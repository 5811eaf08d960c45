"""Adds feeds to the text of `feeds.yaml` and takes feeds out of it; not a character of the rest changes."""

from collections.abc import Collection, Mapping, Sequence
from io import StringIO

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from models.errors import SetupError

Written = Mapping[str, object]
"""A feed's keys and values as they are to be written: text, lists of text, true and false."""

_INDENT = 2
_OLD_BOOLEANS = frozenset({"y", "n", "yes", "no", "on", "off"})
"""YAML 1.1, which many editors still speak, takes these for true and false: Norwegian is one of them."""


def with_feeds(text: str, feeds: Sequence[Written]) -> str:
    """The text with these feeds after the last one, in the style of their neighbours. Raises SetupError."""
    if not feeds:
        return text
    root = _root(text)
    found = _feeds(root)
    if found is None:
        if root is not None and root.flow_style:
            raise SetupError("the file is one long '{...}'; write 'feeds:' in a line of its own")
        return _ended(text) + "feeds:\n" + _block(feeds, _INDENT, _INDENT, blank=True)
    key, value = found
    if not isinstance(value, SequenceNode):
        return _begun(text, key, value, feeds)
    if not value.flow_style:
        return _appended(text, value, feeds)
    if value.value:
        place = value.value[-1].end_mark.index
        return text[:place] + "".join(f", {_flow(feed)}" for feed in feeds) + text[place:]
    if root is not None and root.flow_style:
        place = value.start_mark.index + 1
        return text[:place] + ", ".join(_flow(feed) for feed in feeds) + text[place:]
    return _begun(text, key, value, feeds)


def without_feeds(text: str, positions: Collection[int]) -> str:
    """The text without the feeds at these positions, counted from 0, and without the comments that were theirs.

    A comment is a feed's where it stands in it or directly above it. One above a feed that is followed by the next
    without a blank line is a heading, and stays.
    """
    found = _feeds(_root(text))
    key, feeds = found or (None, None)
    if key is None or not isinstance(feeds, SequenceNode) or not positions:
        return text
    if feeds.flow_style:
        return _flow_without(text, feeds, positions)
    lines = text.split("\n")
    for position in sorted(positions, reverse=True):
        _cut_item(lines, feeds, position)
    if len(positions) == len(feeds.value):
        line = key.end_mark.line
        colon = lines[line].index(":", key.end_mark.column) + 1
        lines[line] = f"{lines[line][:colon]} []{lines[line][colon:]}"
    return "\n".join(lines)


def _root(text: str) -> MappingNode | None:
    root = YAML(typ="safe", pure=True).compose(text)
    return root if isinstance(root, MappingNode) else None


def _feeds(root: MappingNode | None) -> tuple[Node, Node] | None:
    pairs = root.value if root is not None else []
    return next(((key, value) for key, value in pairs if key.value == "feeds"), None)


def _begun(text: str, key: Node, value: Node, feeds: Sequence[Written]) -> str:
    """The first feeds of a list that is empty or not there yet."""
    if value.end_mark.index > value.start_mark.index:
        text = text[: value.start_mark.index] + text[value.end_mark.index :]
    lines = text.split("\n")
    line = key.end_mark.line
    lines[line] = lines[line].rstrip()
    head, rest = "\n".join(lines[: line + 1]), "\n".join(lines[line + 1 :])
    column = key.start_mark.column + _INDENT
    return f"{head}\n{_block(feeds, column, _INDENT, blank=True)}{rest}"


def _appended(text: str, held: SequenceNode, feeds: Sequence[Written]) -> str:
    lines = text.split("\n")
    dash, last = held.start_mark.column, held.value[-1]
    _, end = _lines_of(lines, held, len(held.value) - 1)
    if isinstance(last, MappingNode) and last.flow_style:
        added = "".join(f"{' ' * dash}- {_flow(feed)}\n" for feed in feeds)
        blank = False
    else:
        blank = _are_spaced(lines, held)
        width = last.start_mark.column - dash if last.start_mark.column > dash else _INDENT
        added = _block(feeds, dash, width, blank=blank)
    head, rest = "\n".join(lines[: end + 1]), "\n".join(lines[end + 1 :])
    return f"{head}\n" + ("\n" if blank else "") + added + rest


def _are_spaced(lines: Sequence[str], held: SequenceNode) -> bool:
    """Whether a blank line stands between feeds."""
    if len(held.value) == 1:
        return True
    _, before = _lines_of(lines, held, len(held.value) - 2)
    start, _ = _lines_of(lines, held, len(held.value) - 1)
    return any(not line.strip() for line in lines[before + 1 : start])


def _block(feeds: Sequence[Written], dash: int, width: int, *, blank: bool) -> str:
    """List items in block style, the dash in its column and the keys so many further to the right."""
    items = []
    for feed in feeds:
        first, *others = _dumped(feed, flow=False).splitlines()
        own = [f"{' ' * dash}-{' ' * (width - 1)}{first}", *(f"{' ' * (dash + width)}{line}" for line in others)]
        items.append("\n".join(own) + "\n")
    return ("\n" if blank else "").join(items)


def _flow(feed: Written) -> str:
    return _dumped(feed, flow=True).strip()


def _dumped(feed: Written, *, flow: bool) -> str:
    written = CommentedMap((key, _value(value)) for key, value in feed.items())
    if flow:
        written.fa.set_flow_style()
    yaml, out = YAML(), StringIO()
    yaml.width = 2**20
    yaml.dump(written, out)
    return out.getvalue()


def _value(value: object) -> object:
    match value:
        case list() | tuple():
            items = CommentedSeq(_value(item) for item in value)
            items.fa.set_flow_style()
            return items
        case str() if value.lower() in _OLD_BOOLEANS or not value[:1].isalnum():
            # The emitter leaves some signs at a beginning bare that mean something to the parser.
            return DoubleQuotedScalarString(value)
        case _:
            return value


def _lines_of(lines: Sequence[str], held: SequenceNode, position: int) -> tuple[int, int]:
    """The first and the last line of a feed, comments within it and further in below it included."""
    item, dash = held.value[position], held.start_mark.column
    start = item.start_mark.line
    while start > 0 and lines[start][: dash + 1] != " " * dash + "-":
        start -= 1
    end = max(start, _last_line(lines, item))
    while end + 1 < len(lines) and lines[end + 1].startswith(" " * (dash + 1)) and _is_comment(lines[end + 1]):
        end += 1
    return start, end


def _last_line(lines: Sequence[str], node: Node) -> int:
    """Where a node's own text ends; its end mark may stand behind comments that follow it."""
    if not isinstance(node, MappingNode | SequenceNode) or node.flow_style or not node.value:
        end: int = node.end_mark.line
        if node.end_mark.column == 0 and end > node.start_mark.line:
            end -= 1
        while end > node.start_mark.line and not lines[end].strip():
            end -= 1
        return end
    parts = node.value if isinstance(node, SequenceNode) else [part for pair in node.value for part in pair]
    # An alias has the marks of its anchor, which stands before it: the last part need not be the lowest.
    return max(_last_line(lines, part) for part in parts)


def _cut_item(lines: list[str], held: SequenceNode, position: int) -> None:
    start, end = _lines_of(lines, held, position)
    dash = " " * held.start_mark.column + "-"
    is_heading = end + 1 < len(lines) and lines[end + 1].startswith(dash)
    while not is_heading and start > 0 and _is_comment(lines[start - 1]):
        if lines[start - 1].startswith(" " * len(dash)):
            break  # it stands further in: the feed above has it
        start -= 1
    after = end + 1
    while after < len(lines) and not lines[after].strip():
        after += 1
    if after == len(lines):
        while start > 0 and not lines[start - 1].strip():
            start -= 1
        lines[start:] = [""]
    elif start == 0 or not lines[start - 1].strip() or lines[start - 1].rstrip().endswith("feeds:"):
        del lines[start:after]
    else:
        del lines[start : end + 1]


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _flow_without(text: str, held: SequenceNode, positions: Collection[int]) -> str:
    """A feed goes with the comma behind it, those at the end with the comma before them."""
    items = held.value
    last = max((place for place in range(len(items)) if place not in positions), default=None)
    if last is None:
        cuts = [(held.start_mark.index + 1, held.end_mark.index - 1)]
    else:
        cuts = [
            (items[place].start_mark.index, items[place + 1].start_mark.index) for place in positions if place < last
        ]
        if last + 1 < len(items):
            cuts.append((items[last].end_mark.index, items[-1].end_mark.index))
    for start, end in sorted(cuts, reverse=True):
        text = text[:start] + text[end:]
    return text


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"
