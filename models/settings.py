"""What configures Newsbeam: `newsbeam.yaml` and `feeds.yaml`, as read and checked before anything runs."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, PlainSerializer, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from models.aliases_file import Alias
from models.base import Model
from models.feeds_file import Duration, VariableName, Zone, duration_text
from models.source import Content, FeedSource
from models.synonyms import Synonyms


def _split(value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
        host.encode("ascii" if ":" in host else "idna")
    except UnicodeError as error:
        raise ValueError("has a host that is no name") from error
    except ValueError as error:
        raise ValueError(f"is not an address ({error})") from error
    return parts


def _index(value: str) -> str:
    if "://" not in value:
        return value
    parts = _split(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is neither a directory nor an address; write it as http://localhost:9200/news")
    if parts.username is not None or parts.password is not None:
        raise ValueError(
            "must not hold a user name or password; set 'elasticsearch.username' and put the password into the"
            " environment variable NEWSBEAM_ELASTICSEARCH_PASSWORD"
        )
    if parts.query or parts.fragment:
        raise ValueError("must end with the index prefix, as in http://localhost:9200/news")
    return value


IndexAddress = Annotated[str, StringConstraints(min_length=1), AfterValidator(_index)]
"""A directory, or the address of an Elasticsearch with the index prefix as its path."""


WrittenDuration = Annotated[Duration, PlainSerializer(duration_text, when_used="json")]
"""A duration that is written as it is read: `15m`."""


RecordField = Literal[
    "id",
    "url",
    "title",
    "text",
    "body",
    "summary",
    "authors",
    "author",
    "language",
    "lang",
    "section",
    "tags",
    "published",
    "published_at",
    "date",
    "updated",
    "updated_at",
    "image",
    "image_url",
    "source",
]
"""A field of a record in JSON lines, by one of its names."""


Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
"""A BCP 47 primary language subtag."""


class FetchSettings(Model):
    """How bytes are fetched. Sizes in bytes, times in seconds."""

    concurrency: int = Field(default=64, ge=1, le=1000, description="requests under way at once")
    per_host: int = Field(default=2, ge=1, le=100, description="requests under way at once to one host")
    timeout: float = Field(default=30.0, gt=0, le=600, description="seconds for one whole request")
    connect_timeout: float = Field(default=10.0, gt=0, le=600, description="seconds until a server has to accept")
    max_bytes: int = Field(default=15 * 2**20, ge=1024, description="as received, compressed or not")
    max_unpacked_bytes: int = Field(default=50 * 2**20, ge=1024, description="after unpacking")
    max_redirects: int = Field(default=5, ge=0, le=20, description="of one request")
    allow_private_addresses: bool = Field(
        default=False, description="loopback, private, link-local and metadata addresses may be fetched"
    )
    user_agent: str = Field(
        default="Newsbeam/{version} (+https://github.com/newsbeam/newsbeam)",
        description="what servers are told of who asks; give an address where their owners reach you",
    )


class FileSettings(Model):
    """How files are read. `mapping` gives, for a field of the record, the names it has in JSON lines."""

    max_bytes: int = Field(default=256 * 2**20, ge=1024, description="of a file of one record, unpacked")
    part_bytes: int = Field(default=2 * 2**20, ge=64 * 1024, description="a file of many records is cut at this size")
    mapping: dict[RecordField, tuple[str, ...]] = Field(
        default_factory=dict, description="for a field, the names that your files give it: {title: [headline]}"
    )
    timezone: Zone | None = Field(default=None, description="IANA zone of times written without one; UTC if absent")

    def content(self) -> Content:
        """What decides the articles of every file."""
        return Content(timezone=self.timezone)


class ElasticsearchSettings(Model):
    """An Elasticsearch to write to. Secrets are named by environment variable or file, never written here."""

    ca_certs: Path | None = Field(default=None, description="file with the certificates to trust, as PEM")
    cloud_id: str | None = Field(default=None, description="of a deployment in Elastic Cloud, instead of an address")
    api_key_env: str = Field(
        default="NEWSBEAM_ELASTICSEARCH_API_KEY", description="environment variable that holds an API key"
    )
    api_key_file: Path | None = Field(default=None, description="file that holds the API key, instead")
    username: str | None = Field(default=None, description="where a password is used instead of an API key")
    password_env: str = Field(
        default="NEWSBEAM_ELASTICSEARCH_PASSWORD", description="environment variable that holds the password"
    )
    password_file: Path | None = Field(default=None, description="file that holds the password, instead")
    request_timeout: float = Field(default=60.0, gt=0, description="seconds")
    retry_budget: float = Field(
        default=300.0, ge=0, le=600, description="seconds to wait out a transient failure in all"
    )
    batch_documents: int = Field(default=500, ge=1, le=5000, description="articles in one bulk request")
    batch_bytes: int = Field(default=5 * 2**20, ge=64 * 1024, description="bytes of one bulk request")
    settings: dict[str, Any] = Field(default_factory=dict, description="index settings for new indices")
    mappings: dict[str, Any] = Field(default_factory=dict, description="extra field mappings for new indices")


def _kibana(value: str) -> str:
    parts = _split(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("is no address of a Kibana; write it as http://localhost:5601")
    if parts.username is not None or parts.password is not None:
        raise ValueError(
            "must not hold a user name or password; set 'kibana.username' and put the password into the environment"
            " variable NEWSBEAM_KIBANA_PASSWORD"
        )
    if not (parts.path.isascii() and parts.path.isprintable()) or " " in value:
        raise ValueError("has a space or a letter in its path that must be written with %, as %20")
    return value.rstrip("/")


def _space(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9_-]+", value):
        raise ValueError("is no id of a space; it has small letters, digits, - and _, as in addresses behind /s/")
    return value


class KibanaSettings(Model):
    """A Kibana to install dashboards in. Secrets are named by environment variable or file, never written here."""

    url: Annotated[str, AfterValidator(_kibana)] | None = Field(
        default=None, description="with its base path, if it has one: http://localhost:5601"
    )
    space: Annotated[str, AfterValidator(_space)] = Field(
        default="default", description="the id of a space, as it stands in addresses behind /s/"
    )
    ca_certs: Path | None = Field(default=None, description="file with the certificates to trust, as PEM")
    api_key_env: str = Field(
        default="NEWSBEAM_KIBANA_API_KEY", description="environment variable that holds an API key"
    )
    api_key_file: Path | None = Field(default=None, description="file that holds the API key, instead")
    username: str | None = Field(default=None, description="where a password is used instead of an API key")
    password_env: str = Field(
        default="NEWSBEAM_KIBANA_PASSWORD", description="environment variable that holds the password"
    )
    password_file: Path | None = Field(default=None, description="file that holds the password, instead")
    request_timeout: float = Field(default=60.0, gt=0, description="seconds")


class RunSettings(Model):
    """How a run is cut and judged."""

    workers: int = Field(default=1, ge=1, le=64, description="processes on this machine")
    chunk_sources: int = Field(default=200, ge=1, description="feeds in one chunk")
    chunk_bytes: int = Field(default=32 * 2**20, ge=2**20, description="of files in one chunk, as on disk")
    error_budget: float = Field(default=0.05, ge=0, le=1, description="share of entries that may fail")
    error_budget_at_least: int = Field(default=10, ge=0, description="so many may fail whatever their share")
    max_runtime: WrittenDuration | None = Field(
        default=None, description="after it a bounded run stops as after a signal"
    )
    grace: WrittenDuration = Field(
        default=timedelta(seconds=25), description="what is in hand may take so long after a signal: 25s, 2m"
    )
    keep_reports: WrittenDuration = Field(default=timedelta(days=30), description="reports of older runs are removed")
    keep_failures: WrittenDuration = Field(
        default=timedelta(days=90), description="dead letters that were not met again for so long are removed"
    )
    ping_env: VariableName = Field(
        default="NEWSBEAM_PING_URL",
        description="environment variable with the address of a monitor that is called when a run starts and ends",
    )


class EnrichSettings(Model):
    """What looks for the names in a text: Newsbeam's own models, spaCy's pipelines, or nothing but the gazetteer."""

    extractor: Literal["newsbeam", "spacy", "none"] = Field(
        default="newsbeam", description="what finds people and organizations"
    )
    spacy: dict[Language, str] = Field(
        default_factory=dict,
        description="for a language, the name or directory of the spaCy pipeline that reads it: {de: de_core_news_sm}",
    )
    aliases: SkipJsonSchema[tuple[Alias, ...] | None] = Field(default=None, exclude=True)
    """What `aliases.yaml` beside `newsbeam.yaml` holds, where it has been read."""


class Settings(Model):
    """Everything in `newsbeam.yaml`. `index` is a directory (embedded) or an address (Elasticsearch)."""

    index: IndexAddress = Field(
        default="data/index", description="a directory, or an Elasticsearch: http://localhost:9200/news"
    )
    fetch: FetchSettings = FetchSettings()
    files: FileSettings = FileSettings()
    elasticsearch: ElasticsearchSettings = ElasticsearchSettings()
    kibana: KibanaSettings = KibanaSettings()
    run: RunSettings = RunSettings()
    enrich: EnrichSettings = EnrichSettings()
    synonyms: SkipJsonSchema[Synonyms | None] = Field(default=None, exclude=True)
    """What `synonyms/` beside `newsbeam.yaml` holds, where it is there."""
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="warning", description="what goes to standard error, from this level on"
    )


class Configuration(Model):
    """Settings and feeds together, checked against each other. `feeds` are the enabled ones, in their order.

    `read_from` names the files, environment variables and options that it was made of.
    """

    settings: Settings = Settings()
    feeds: tuple[FeedSource, ...] = ()
    disabled: tuple[FeedSource, ...] = ()
    read_from: tuple[str, ...] = ()
