"""Parse: documents to entries. A format is a file here and a line in `PARSERS`."""

from collections.abc import Callable, Mapping

from models.document import Document
from models.outcome import Parsed
from models.settings import FileSettings
from pipelines.parse.entries import assemble
from pipelines.parse.feed import read_feed
from pipelines.parse.formats import Format, detect
from pipelines.parse.found import Found
from pipelines.parse.identity import canonical_url as canonical_url
from pipelines.parse.json_feed import read_json_feed
from pipelines.parse.page import PageContent as PageContent
from pipelines.parse.page import read_page as read_page
from pipelines.parse.page import read_page_file
from pipelines.parse.plain_text import read_plain_text
from pipelines.parse.record_fields import RECORD_FIELDS as RECORD_FIELDS
from pipelines.parse.records import read_records

PARSERS: Mapping[Format, Callable[[Document, FileSettings], Found]] = {
    "feed": read_feed,
    "json-feed": read_json_feed,
    "page": read_page_file,
    "records": read_records,
    "text": read_plain_text,
}
"""The reader of each format."""


def parse(document: Document, files: FileSettings) -> Parsed:
    """All entries of a document, each with its id. Raises ParseError where nothing can be made of it.

    The format goes by the content, whatever the name or the sender says. A bad item fails alone.
    """
    return assemble(document, PARSERS[detect(document)](document, files))
