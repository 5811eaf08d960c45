"""What all commands end in: an exit code and a message."""

import sys
from collections.abc import Sequence

from typer.exceptions import TyperException
from typer.main import get_command

from models.errors import DISK_FULL, SetupError, TryLater
from pipelines.cli.commands import app
from pipelines.cli.output import ReaderLeft, complain, flush, give_up, tell
from pipelines.configuration import ConfigError

_INTERRUPTED = 130  # what typer makes of a KeyboardInterrupt


def run_command(arguments: Sequence[str]) -> int:
    """Run one command to its exit code: 0 done, 1 a bug, 2 wrong set-up, 3 too many failures, 75 try again later.

    A bug is not caught: Python prints its traceback and exits with 1.
    """
    if sys.stdout is None or sys.stderr is None:
        return _nowhere_to_write()
    _write_any_character()
    try:
        code = get_command(app).main(args=list(arguments), prog_name="newsbeam", standalone_mode=False)
        flush()
    except TyperException as error:
        _complain_of_usage(error)
        return error.exit_code
    except ConfigError as error:
        tell(str(error))
        complain(f"{_count(len(error.problems), 'problem')} in the configuration")
        return 2
    except SetupError as error:
        complain(str(error))
        return 2
    except TryLater as error:
        complain(str(error))
        return 75
    except (ReaderLeft, SystemExit):  # typer exits where nobody reads its help any more
        give_up()
        return 0
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        complain(f"there is no room left where {error.filename or 'the output'} is written; make some and run again")
        give_up()
        return 75
    except KeyboardInterrupt:
        code = _INTERRUPTED
    if code == _INTERRUPTED:
        complain("stopped before the end")
        return 75
    return code if isinstance(code, int) else 0


def _complain_of_usage(error: TyperException) -> None:
    message = error.format_message()
    context = getattr(error, "ctx", None)
    hint = f" ({context.command_path} --help tells more)" if context is not None else ""
    if message:
        complain(f"{message.rstrip('.')}{hint}")


def _nowhere_to_write() -> int:
    """Python has no stream for what was closed before the start (`newsbeam export >&-`)."""
    if sys.stderr is not None:
        complain("standard output is closed; send it to /dev/null if nobody is to read it")
    return 2


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _write_any_character() -> None:
    """A terminal that can't show a character shows another one; that is no reason to stop."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")
