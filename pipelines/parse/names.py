"""Names of people and tags, as feeds, pages and records write them."""

from collections.abc import Iterable

from pipelines.parse.markup import one_line

_NAMES_LIMIT = 50
_TAGS_LIMIT = 200


def clean_names(written: Iterable[object]) -> tuple[str, ...]:
    """Names without markup and mail addresses around them, each once, at most 50; what is no text is left out."""
    return _distinct((_name(name) for name in written if isinstance(name, str)), _NAMES_LIMIT)


def clean_tags(written: Iterable[object]) -> tuple[str, ...]:
    """Tags without markup, each once, at most 200; what is no text is left out."""
    return _distinct((one_line(tag, 1000) for tag in written if isinstance(tag, str)), _TAGS_LIMIT)


def _distinct(values: Iterable[str], limit: int) -> tuple[str, ...]:
    kept: dict[str, None] = {}
    for value in values:
        if value:
            kept[value] = None
            if len(kept) == limit:
                break
    return tuple(kept)


def _name(written: str) -> str:
    name = one_line(written, 500)
    if "@" in name:
        name = _without_address(name)
    return name.strip(" ,;()<>")


def _without_address(written: str) -> str:
    """`Jane Doe <jane@example.org>` and `jane@example.org (Jane Doe)` without the address (RFC 5322, section 3.4)."""
    address, bracket, name = written.partition("(")
    if bracket and name.endswith(")") and _is_address(address.strip()):
        return name[:-1]
    before, _, last = written.rpartition(" ")
    if not _is_address(last):
        return written
    local = last.partition("@")[0]
    return f"{before} {local[: max(map(local.rfind, '<([')) + 1]}".rstrip(" <([")


def _is_address(word: str) -> bool:
    local, _, domain = word.partition("@")
    return bool(local and domain.strip(">)]")) and " " not in word
