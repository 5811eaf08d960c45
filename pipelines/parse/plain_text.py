"""A text file: one entry whose lines Normalize reads."""

from models.document import Document
from models.settings import FileSettings
from pipelines.parse.decode import decode
from pipelines.parse.found import Found, Item
from pipelines.parse.markup import TEXT_LIMIT

_BYTES_READ = 4 * TEXT_LIMIT


def read_plain_text(document: Document, files: FileSettings) -> Found:  # noqa: ARG001  # every reader has this signature
    """The whole text with its lines as they are; what is too long for an article is not even decoded."""
    text = decode(document.body[:_BYTES_READ], document.media_type)
    text = text.replace("\r\n", "\n").replace("\r", "\n")[:TEXT_LIMIT]
    return Found(kind="text", items=(Item(body=text, provenance={"body": "text"}),))
