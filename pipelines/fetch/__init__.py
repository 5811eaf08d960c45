"""From sources that are due to documents, and from addresses to pages."""

from pipelines.fetch.credentials import check_secrets as check_secrets
from pipelines.fetch.discover import discover_files as discover_files
from pipelines.fetch.feeds import fingerprint as fingerprint
from pipelines.fetch.hosts import host_of as host_of
from pipelines.fetch.look import Seen as Seen
from pipelines.fetch.look import look_at as look_at
from pipelines.fetch.look import look_at_feeds as look_at_feeds
from pipelines.fetch.pages import Page as Page
from pipelines.fetch.pages import fetch_pages as fetch_pages
from pipelines.fetch.polls import fetch_all as fetch_all
from pipelines.fetch.robots import Disallowed as Disallowed
