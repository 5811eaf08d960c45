"""Beam's own options, as written behind the `--` of a command."""

from collections.abc import Sequence
from difflib import get_close_matches

from apache_beam.options.pipeline_options import GoogleCloudOptions, PipelineOptions

from models.errors import SetupError

_OURS = {
    "runner": "say --runner before the --",
    "streaming": "a run on a cluster is bounded",
    "output_executable_path": "a run on a cluster runs at once",
}
"""What would contradict the command, and why."""


def read_options(written: Sequence[str], job_name: str) -> PipelineOptions:
    """The options, each name with `-` or `_`. Raises SetupError for what is no option, or not to be chosen."""
    flags = [_flag(word, before) for before, word in zip(["", *written], written, strict=False)]
    try:
        options = PipelineOptions(flags)
        given = options.get_all_options(drop_default=True, retain_unknown_options=True)
    except SystemExit as error:  # Beam reads them with argparse, which has said on standard error what it means
        raise SetupError("the options behind -- are not right") from error
    for name, why in _OURS.items():
        if name in given:
            raise SetupError(f"--{name} can't be given behind --: {why}")
    if "job_name" not in given:
        options.view_as(GoogleCloudOptions).job_name = job_name
    return options


def check_known(options: PipelineOptions, more: Sequence[str] = ()) -> None:
    """Raise SetupError for an option that neither Beam nor the runner, with these options, has."""
    known = {*options.get_all_options(), *more}
    given = options.get_all_options(drop_default=True, retain_unknown_options=True)
    for name in given.keys() - known:
        near = get_close_matches(name, sorted(known), 1)
        raise SetupError(f"Beam has no option --{name}" + (f"; did you mean --{near[0]}?" if near else ""))


def _flag(word: str, before: str) -> str:
    if word.startswith("--"):
        name, is_given, value = word.partition("=")
        return "--" + name[2:].replace("-", "_") + is_given + value
    if before.startswith("--") and "=" not in before:
        return word
    raise SetupError(f"'{word}' behind -- is no option of Beam; paths come before the --")
