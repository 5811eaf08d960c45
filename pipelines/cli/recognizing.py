"""What `tag` and `evaluate` have in common: the file, its language, and what finds the names."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

import typer

from models.errors import SetupError
from models.settings import EnrichSettings
from pipelines.languages import UNDETERMINED

if TYPE_CHECKING:
    from pipelines.enrich import Recognizer

LanguageOption = Annotated[
    str | None, typer.Option(help="What the text is written in (de, en, ...); detected if absent.", show_default=False)
]
ExtractorOption = Annotated[
    Literal["newsbeam", "spacy", "none"] | None,
    typer.Option(help="What finds the names; what newsbeam.yaml says if absent.", show_default=False),
]
FileArgument = Annotated[str, typer.Argument(metavar="FILE|-", help="A file in UTF-8; - is standard input.")]


@contextmanager
def opened(file: str) -> Iterator[BinaryIO]:
    """The file, or standard input for `-`. Raises SetupError where it can't be read."""
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        lines = open(file, "rb")  # noqa: SIM115  # closed below; only opening it is tried here
    except OSError as error:
        raise SetupError(f"{file} can't be read: {error.strerror}; name a file, or - for standard input") from error
    with lines:
        yield lines


def named(file: str) -> str:
    """What messages call the file."""
    return "standard input" if file == "-" else file


def settings_with(settings: EnrichSettings, extractor: str | None) -> EnrichSettings:
    """The settings with what the command was told."""
    return settings if extractor is None else settings.model_copy(update={"extractor": extractor})


def language_of(text: str, told: str | None) -> str:
    """The language that was named, else the one that is detected, `und` if it can't be told."""
    from pipelines.enrich.language import decide, primary  # the detector takes a moment

    return decide("", text, UNDETERMINED) if told is None else primary(told)


def recognizer_for(settings: EnrichSettings, language: str) -> "Recognizer":
    """What finds the names of this language. Raises SetupError where nothing does."""
    from pipelines.enrich import languages, open_recognizer  # with them come the models

    recognizer = open_recognizer(settings)
    if recognizer is None:
        raise SetupError("the extractor is none, which finds no names; choose one with --extractor")
    if language == UNDETERMINED:
        raise SetupError("the language can't be told from this text; name it with --language")
    if recognizer.model(language) is None:
        known = sorted(settings.spacy if settings.extractor == "spacy" else languages())
        where = "enrich.spacy names no pipeline" if settings.extractor == "spacy" else "there is no model"
        raise SetupError(f"{where} for the language '{language}', only for {', '.join(known)}; choose with --language")
    return recognizer
