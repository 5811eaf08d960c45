"""What follows `--` on the command line belongs to Beam, and what goes with which runner."""

from typing import Any

import typer
from typer.core import TyperCommand

from models.run import LOCAL

_KEY = "newsbeam.beam_options"


class WithBeamOptions(TyperCommand):
    """A command that takes Beam's options behind its own."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Set aside what follows the first `--`."""
        if "--" in args:
            cut = args.index("--")
            ctx.meta[_KEY] = tuple(args[cut + 1 :])
            args = args[:cut]
        return super().parse_args(ctx, args)


def beam_options(ctx: typer.Context) -> tuple[str, ...]:
    """Beam's options, as they were written."""
    written: tuple[str, ...] = ctx.meta.get(_KEY, ())
    return written


def check_runner(
    runner: str, flink_master: str | None, written: tuple[str, ...], *, forever: bool, workers: int | None
) -> None:
    """Raises BadParameter where options don't go together."""
    if flink_master is not None and runner.lower().removesuffix("runner") != "flink":
        raise typer.BadParameter("--flink-master goes with --runner flink")
    if runner == LOCAL:
        if written:
            raise typer.BadParameter(
                "what follows -- is for Beam's runner, and goes with --runner; write ./-name for a path"
            )
        return
    if forever:
        raise typer.BadParameter(f"--forever runs on this machine; it does not go with --runner {runner}")
    if workers is not None:
        raise typer.BadParameter(
            f"--workers are processes of this machine; with --runner {runner} write -- --parallelism={workers}"
        )
