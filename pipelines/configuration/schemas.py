"""JSON Schemas of what people write (the files) and of what scripts read (`--json`), made from the records."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from models.aliases_file import AliasesFile
from models.article import Article
from models.curation import FeedCheck, FeedStatus, ListedFeed
from models.feeds_file import FeedsFile
from models.outcome import Failure
from models.re_enrich import ReEnrichReport
from models.replay import Replayed
from models.report import RunReport
from models.search import SearchResult
from models.settings import Settings
from models.status import Status
from models.tagging import Evaluation, TaggedText

_WRITTEN: dict[str, type[BaseModel]] = {"newsbeam": Settings, "feeds": FeedsFile, "aliases": AliasesFile}
_PRINTED: dict[str, type[BaseModel]] = {
    "article": Article,
    "evaluate": Evaluation,
    "failure": Failure,
    "feed": ListedFeed,
    "feed-check": FeedCheck,
    "feed-status": FeedStatus,
    "re-enrich": ReEnrichReport,
    "replay": Replayed,
    "run": RunReport,
    "search": SearchResult,
    "status": Status,
    "tag": TaggedText,
}

SCHEMAS = (*_WRITTEN, *_PRINTED)
"""The names of all schemas: the files, then what commands print."""


def schema(name: str) -> dict[str, Any]:
    """The schema of one of SCHEMAS, as JSON Schema 2020-12."""
    mode: JsonSchemaMode = "validation" if name in _WRITTEN else "serialization"
    model = (_WRITTEN | _PRINTED)[name]
    return {"$schema": GenerateJsonSchema.schema_dialect} | model.model_json_schema(mode=mode)


def as_text(name: str) -> str:
    """The schema as it is committed."""
    return json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"


def file_of(name: str, directory: Path) -> Path:
    """Where in a config directory a schema lies: beside the file that it describes, or among those of outputs."""
    return (directory if name in _WRITTEN else directory / "schemas") / f"{name}.schema.json"
