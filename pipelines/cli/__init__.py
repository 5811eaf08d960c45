"""The command line: one file per group of commands. Here it begins, with nothing imported yet that takes time."""

import signal
import sys
from types import FrameType

_STOPPED = 75


def main() -> None:
    """The command `newsbeam`. A signal ends it with 75 from the first moment; a run has a way of its own to stop."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    try:
        from pipelines.cli.endings import run_command

        code = run_command(sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("newsbeam: stopped before the end\n")
        code = _STOPPED
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # how it ended is decided
    sys.exit(code)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
