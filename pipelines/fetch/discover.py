"""Finds the files that paths, globs and directories mean."""

import glob
import os
from collections.abc import Iterator, Sequence

from models.errors import SetupError
from models.source import FileSource


def discover_files(paths: Sequence[str]) -> list[FileSource]:
    """Every file once, in the order of the paths; within a directory or glob by name.

    Directories are searched in depth; hidden names and what is no file are passed over there, links to directories
    are not followed. Raises SetupError for a path or glob that means nothing.
    """
    found: dict[str, None] = {}
    for path in paths:
        found.update(dict.fromkeys(os.path.abspath(one) for one in _expand(os.path.expanduser(path))))
    return [
        FileSource(id=path, path=path, name=os.path.basename(path), order=order) for order, path in enumerate(found)
    ]


def _expand(path: str) -> Iterator[str]:
    if os.path.isdir(path):
        yield from _walk(path)
    elif os.path.lexists(path):
        yield path
    elif glob.has_magic(path):
        matches = sorted(glob.glob(path, recursive=True))
        if not matches:
            raise SetupError(f"no file matches '{path}'; quote the pattern, and try it with `ls`")
        for match in matches:
            if not os.path.isdir(match):
                yield match
            elif "**" not in path:
                yield from _walk(match)
    else:
        raise SetupError(f"there is no file or directory '{path}'; paths count from {os.getcwd()}")


def _walk(directory: str) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        raise SetupError(f"can't read the directory '{error.filename}': {error.strerror}; check its permissions")

    for folder, folders, files in os.walk(directory, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = os.path.join(folder, name)
            if not name.startswith(".") and os.path.isfile(path):
                yield path
