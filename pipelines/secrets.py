"""Secrets come from the environment or from files that belong to whoever runs this; no message ever shows one."""

import os
from pathlib import Path

from models.errors import SetupError


def read_secret(file: Path | None, variable: str, setting: str) -> str | None:
    """What the file holds, if one is set, else the environment variable; without the white space around it.

    Raises SetupError where it can't be read or can't be sent.
    """
    if file is None:
        secret, place = os.environ.get(variable, ""), variable
    else:
        try:
            secret, place = file.read_text(encoding="utf-8"), str(file)
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not text"
            raise SetupError(f"{file} can't be read ({reason}); correct '{setting}'.") from error
    secret = secret.strip()
    if not secret.isprintable():
        raise SetupError(f"The secret in {place} has line breaks or control characters; set it anew.")
    return secret or None


def read_api_key(file: Path | None, variable: str, setting: str) -> str | None:
    """The same for a key, which is of ASCII."""
    key = read_secret(file, variable, setting)
    if key and not key.isascii():
        raise SetupError(f"What {file or variable} holds is no API key: it has letters beyond ASCII; set it anew.")
    return key
