"""What a Kibana answers, as far as we read it; anything else is not from a Kibana."""

from typing import Any

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

Key = tuple[str, str]
"""Type and id of an object."""


class _Version(BaseModel):
    number: str = ""


class Status(BaseModel):
    """Of `/api/status`; who is not known is told no version."""

    status: dict[str, Any]
    version: _Version = Field(default_factory=_Version)


class Space(BaseModel):
    """One of `/api/spaces/space`."""

    id: str


class Held(BaseModel):
    """A saved object as Kibana holds it, and when it was written last."""

    type: str
    id: str
    attributes: dict[str, Any]
    references: list[dict[str, Any]] = []
    updated_at: str = ""


class _Problem(BaseModel):
    type: str = ""
    message: str = ""
    references: list["_Refused"] = []


class _Refused(BaseModel):
    type: str = ""
    id: str = ""
    error: _Problem = Field(default_factory=_Problem)

    def __str__(self) -> str:
        why = self.error.message or self.error.type or "unknown"
        return f"{self.type} {self.id}: {why}" + "".join(f", {each.type} {each.id}" for each in self.error.references)


class Imported(BaseModel):
    """Of an import: how many objects were taken, and which were refused."""

    success: bool
    taken: int = Field(default=0, alias="successCount")
    errors: list[_Refused] = []


class _MissingObject(BaseModel):
    class _Error(BaseModel):
        status: int = Field(alias="statusCode")

    type: str
    id: str
    error: _Error


class _Missing(BaseModel):
    class _Attributes(BaseModel):
        objects: list[_MissingObject]

    attributes: _Attributes


class _Refusal(BaseModel):
    message: str = ""
    error: str = ""


SPACES = TypeAdapter(list[Space])


def missing_objects(refusal: bytes) -> frozenset[Key]:
    """The objects that an export could not find, as a refusal lists them."""
    try:
        listed = _Missing.model_validate_json(refusal).attributes.objects
    except ValidationError:
        return frozenset()
    return frozenset((each.type, each.id) for each in listed if each.error.status == 404)


def reason(refusal: bytes) -> str:
    """What the body of a refusal says, in one line."""
    try:
        told = _Refusal.model_validate_json(refusal)
        said = told.message or told.error
    except ValidationError:
        said = refusal.decode(errors="replace")
    return " ".join(said.split())[:300] or "no reason given"
