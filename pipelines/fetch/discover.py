"""Finds files: paths, globs and directories to sources, each file once."""

import os
from collections.abc import Iterator, Sequence
from functools import cache
from glob import has_magic
from pathlib import Path

from models.errors import SetupError
from models.source import FileSource


def discover_files(paths: Sequence[str]) -> list[FileSource]:
    """The files that these paths mean, in their order, as absolute paths.

    A directory means all files below it, sorted; a glob (with `**` too) all that it matches, sorted. Hidden names
    are left out unless they are written out, and so is what is neither file nor directory. A link to a directory
    is followed once. A directory below that can't be listed stands for itself, so that Fetch says so. Raises
    SetupError for a path that does not exist, can't be listed or matches nothing.
    """
    found = (file for path in paths for file in _meant(os.path.expanduser(path)))
    return [
        FileSource(id=name, path=name, name=os.path.basename(name), order=order)
        for order, name in enumerate(map(_representable, _once(found)))
    ]


def _meant(path: str) -> Iterator[str]:
    path_itself = os.path.abspath(path)
    if os.path.lexists(path):
        if os.path.isdir(path):
            _check_listable(path)
            yield from _below(path_itself)
        else:
            yield path_itself
    elif has_magic(path):
        matches = _matches(path)
        if not matches:
            raise SetupError(f"'{path}' matches no file; check the pattern, and quote it from the shell")
        for match in matches:
            yield from _below(match) if os.path.isdir(match) else (match,)
    else:
        raise SetupError(_no_file(path))


def _no_file(path: str) -> str:
    if "://" in path:
        return (
            f"'{path}' is an address, and files are read from paths; newsbeam feeds add makes it a feed, newsbeam"
            " preview shows what is there"
        )
    if path == "-":
        return "standard input is not read; write it to a file, whose name or content says what it is"
    return f"'{path}' does not exist; check the path, it is relative to {os.getcwd()}"


def _check_listable(path: str) -> None:
    try:
        os.scandir(path).close()
    except OSError as error:
        raise SetupError(f"the directory '{path}' can't be listed: {error.strerror}; check its permissions") from error


def _matches(pattern: str) -> list[str]:
    """What a glob matches, sorted, links last. A `**` at its end means all below, as a directory would."""
    parts = Path(os.path.abspath(pattern)).parts
    fixed = next(place for place, part in enumerate(parts) if has_magic(part))
    base, rest = Path(*parts[:fixed]), list(parts[fixed:])
    while rest and rest[-1] == "**":
        rest.pop()
    if not rest:
        return [str(base)] if base.is_dir() else []
    try:
        found = sorted(base.glob(os.sep.join(rest)), key=lambda path: (path.is_symlink(), path.parts))
    except ValueError as error:
        raise SetupError(f"'{pattern}' is no pattern: {error}") from error
    hidden_wanted = any(part.startswith(".") for part in rest)
    return [str(path) for path in found if hidden_wanted or not _is_hidden(path.relative_to(base))]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _below(top: str) -> list[str]:
    """All files below a directory, sorted by their parts. Directories proper come before links to them."""
    found: list[str] = []
    seen: set[tuple[int, int]] = set()
    directories, links = [top], list[str]()
    while directories or links:
        directory = directories.pop() if directories else links.pop(0)
        try:
            status = os.stat(directory)
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(directory) as listing:
                entries = [entry for entry in listing if not entry.name.startswith(".")]
        except OSError:
            found.append(directory)
            continue
        for entry in entries:
            if os.path.isdir(entry.path):
                (links if entry.is_symlink() else directories).append(entry.path)
            elif os.path.isfile(entry.path) or (entry.is_symlink() and not os.path.exists(entry.path)):
                found.append(entry.path)
        links.sort()
    return sorted(found, key=lambda path: path.split(os.sep))


def _once(paths: Iterator[str]) -> Iterator[str]:
    """Each file once, however many ways through linked directories lead to it."""
    real = cache(os.path.realpath)
    seen: set[tuple[str, str]] = set()
    for path in paths:
        directory, name = os.path.split(path)
        if (key := (real(directory), name)) not in seen:
            seen.add(key)
            yield path


def _representable(path: str) -> str:
    """The path as text that every store can hold; bytes of a name that are not UTF-8 are written out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
