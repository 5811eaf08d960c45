"""The command line: one file per group of commands. Here it begins, with nothing imported yet that takes time."""

import signal
import sys
from types import FrameType

_STOPPED = 75
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class _Interrupt:
    """Raises KeyboardInterrupt until it is decided how the command ends."""

    def __init__(self) -> None:
        self.decided = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        if not self.decided:
            raise KeyboardInterrupt


def main() -> None:
    """The command `newsbeam`. A signal ends it with 75 from the first moment; a run has a way of its own to stop."""
    interrupt = _Interrupt()
    try:
        for number in _SIGNALS:
            signal.signal(number, interrupt)
        from pipelines.cli.endings import run_command

        code = run_command(sys.argv[1:])
        interrupt.decided = True
    except KeyboardInterrupt:
        interrupt.decided = True
        sys.stderr.write("newsbeam: stopped before the end\n")
        code = _STOPPED
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # what ends with the process need not hear of it
    # Where a signal interrupts code that is made from text, as dataclasses are, CPython would end by that signal
    # whatever is caught. It forgets it when such code runs again.
    exec("")
    sys.exit(code)
