"""Reads `config/languages.yaml`, the one list of languages; nobody edits it at run time."""

from functools import cache
from importlib.resources import files
from types import MappingProxyType

from ruamel.yaml import YAML

from models.language import Language

UNDETERMINED = "und"


@cache
def languages() -> MappingProxyType[str, Language]:
    """Every known language by its code."""
    text = (files("config") / "languages.yaml").read_text(encoding="utf-8")
    found = YAML(typ="safe", pure=False).load(text)
    return MappingProxyType({code: Language(code=code, **entry) for code, entry in found.items()})


def index_language(language: str) -> str:
    """The code of the index that an article in this BCP 47 language belongs to."""
    primary = language.partition("-")[0].lower()
    known = languages().get(primary)
    return primary if known is not None and known.indexed else UNDETERMINED
