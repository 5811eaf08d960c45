"""The way to a Kibana: who we are there, what it holds, and what its refusals mean to us."""

import json
import re
import ssl
from base64 import b64encode
from collections.abc import Callable, Sequence
from http.client import HTTPException
from typing import TypeVar
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener
from uuid import uuid4

from pydantic import ValidationError

from models.errors import SetupError, TryLater
from models.settings import KibanaSettings
from pipelines import NEWSBEAM_VERSION
from pipelines.index.elasticsearch.client import transient
from pipelines.kibana.answers import SPACES, Held, Imported, Key, Status, missing_objects, reason
from pipelines.kibana.assets import DEFAULT_SPACE
from pipelines.kibana.saved import SavedObject
from pipelines.secrets import read_api_key, read_secret

_OLDEST = 8

_ANSWER = TypeVar("_ANSWER")


class Kibana:
    """One space of one Kibana. Its calls raise SetupError or TryLater for what the far side can't or won't do."""

    def __init__(self, settings: KibanaSettings) -> None:
        if settings.url is None:
            raise SetupError("Which Kibana? Set 'kibana.url', or name it: --url http://localhost:5601.")
        self.address = settings.url
        self.space = settings.space
        self._settings = settings
        self._headers = {
            "kbn-xsrf": "newsbeam",
            "User-Agent": f"Newsbeam/{NEWSBEAM_VERSION}",
            **_authorization(settings),
        }
        self._opener = build_opener(HTTPSHandler(context=_trust(settings)), _NoRedirects())

    def __repr__(self) -> str:
        return f"Kibana({self.address!r}, {self.space!r})"

    def check(self) -> None:
        """Raise SetupError where something else than Kibana 8 or newer answers, or the space isn't there."""
        status = self._read(Status.model_validate_json, self._ask("GET", f"{self.address}/api/status"))
        version = status.version.number
        if not version:
            raise self._refused()
        major = re.match(r"[0-9]{1,4}", version)
        if major is None:
            raise self._no_kibana()
        if int(major[0]) < _OLDEST:
            raise SetupError(f"Kibana at {self.address} is {version}; Newsbeam's dashboards need 8 or newer.")
        if self.space != DEFAULT_SPACE:
            self._check_space()

    def held(self, keys: Sequence[Key]) -> dict[Key, Held]:
        """Those of these objects that are there."""
        asked = list(keys)
        while asked:
            wanted = [{"type": kind, "id": id_} for kind, id_ in asked]
            try:
                answer = self._ask(
                    "POST",
                    f"{self._base()}/api/saved_objects/_export",
                    json.dumps({"objects": wanted, "excludeExportDetails": True}).encode(),
                )
            except _Missing as error:
                left = [key for key in asked if key not in error.keys]
                if left == asked:
                    raise SetupError(f"Kibana at {self.address} does not say which objects it misses.") from error
                asked = left
            else:
                found = [self._read(Held.model_validate_json, line) for line in answer.splitlines() if line.strip()]
                return {(each.type, each.id): each for each in found}
        return {}

    def write(self, objects: Sequence[SavedObject]) -> None:
        """Create or replace these objects, all in one request."""
        border = uuid4().hex
        content = "\n".join(each.line() for each in objects)
        body = (
            f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="newsbeam.ndjson"\r\n'
            f"Content-Type: application/ndjson\r\n\r\n{content}\r\n--{border}--\r\n"
        )
        answer = self._ask(
            "POST",
            f"{self._base()}/api/saved_objects/_import?overwrite=true",
            body.encode(),
            media_type=f"multipart/form-data; boundary={border}",
        )
        done = self._read(Imported.model_validate_json, answer)
        if not done.success:
            said = "; ".join(dict.fromkeys(map(str, done.errors))) or "no reason given"
            raise SetupError(
                f"Kibana at {self.address} took {done.taken} of {len(objects)} objects and refused"
                f" {len(done.errors)}: {said[:800]}. Put that right, then run newsbeam kibana install again."
            )

    def _check_space(self) -> None:
        spaces = self._read(SPACES.validate_json, self._ask("GET", f"{self.address}/api/spaces/space"))
        there = sorted(space.id for space in spaces)
        if self.space not in there:
            raise SetupError(
                f"Kibana at {self.address} has no space {self.space!r} that this key or user may see; there"
                f" {'are ' + ', '.join(there) if there else 'is none'}."
            )

    def _base(self) -> str:
        return self.address if self.space == DEFAULT_SPACE else f"{self.address}/s/{self.space}"

    def _ask(self, method: str, url: str, body: bytes | None = None, *, media_type: str = "application/json") -> bytes:
        """The body of an answer. Raises _Missing where objects that are asked for are not there."""
        headers = self._headers if body is None else self._headers | {"Content-Type": media_type}
        request = Request(url, data=body, headers=headers, method=method)
        try:
            with self._opener.open(request, timeout=self._settings.request_timeout) as answer:
                content: bytes = answer.read()
                return content
        except HTTPError as error:
            with error:
                refusal = error.read()
            if error.code == 400 and (missing := missing_objects(refusal)):
                raise _Missing(missing) from error
            raise self._meaning(error.code, reason(refusal)) from error
        except TimeoutError as error:
            raise TryLater(
                f"Kibana at {self.address} did not answer within {self._settings.request_timeout:g} s; try again later."
            ) from error
        except URLError as error:
            raise self._unreached(error.reason) from error
        except (OSError, HTTPException) as error:
            raise self._unreached(error) from error

    def _read(self, read: Callable[[bytes], _ANSWER], content: bytes) -> _ANSWER:
        try:
            return read(content)
        except ValidationError as error:
            raise self._no_kibana() from error

    def _no_kibana(self) -> SetupError:
        return SetupError(f"What answers at {self.address} is not Kibana; correct its address.")

    def _meaning(self, status: int, said: str) -> SetupError | TryLater:
        if status == 401:
            return self._refused()
        if status == 403:
            return SetupError(
                f"Kibana at {self.address} does not permit this to the key or user in the space {self.space!r}:"
                f" {said}. It needs 'All' on Saved Objects Management, Discover, Dashboard, Visualize and Data Views."
            )
        if status < 400:
            return SetupError(
                f"What answers at {self.address} sends requests elsewhere ({status}); correct its address."
            )
        if status in (404, 405):
            return SetupError(
                f"There is no Kibana at {self.address} ({status}); its address includes its base path, where it has"
                " one, but no space (--space names it)."
            )
        if transient(status):
            return TryLater(f"Kibana at {self.address} is not ready ({status}: {said}); try again later.")
        return SetupError(f"Kibana at {self.address} refused ({status}: {said}).")

    def _refused(self) -> SetupError:
        return SetupError(
            f"Kibana at {self.address} refused the credentials; set {self._settings.api_key_env} or 'kibana.username'"
            f" with {self._settings.password_env}."
        )

    def _unreached(self, error: object) -> SetupError | TryLater:
        if isinstance(error, ssl.SSLCertVerificationError):
            return SetupError(
                f"The certificate of Kibana at {self.address} is not trusted ({error.verify_message}); name the file of"
                " its authority in 'kibana.ca_certs'."
            )
        if isinstance(error, ssl.SSLError):
            return SetupError(f"What answers at {self.address} does not speak TLS; write http:// if that is meant.")
        said = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
        if isinstance(error, ConnectionResetError) and self.address.startswith("http://"):
            said += "; if it speaks TLS, its address begins with https://"
        return TryLater(f"Kibana at {self.address} can't be reached ({said}); try again later.")


class _NoRedirects(HTTPRedirectHandler):
    """Credentials are for the address that was named, not for one that an answer names."""

    def redirect_request(self, *_: object) -> None:
        """No request."""


class _Missing(Exception):
    """Objects that are not there."""

    def __init__(self, keys: frozenset[Key]) -> None:
        super().__init__(keys)
        self.keys = keys


def _authorization(settings: KibanaSettings) -> dict[str, str]:
    api_key = read_api_key(settings.api_key_file, settings.api_key_env, "kibana.api_key_file")
    if settings.username is None:
        return {"Authorization": f"ApiKey {api_key}"} if api_key else {}
    if api_key:
        raise SetupError(
            f"Both an API key ({settings.api_key_file or settings.api_key_env}) and 'kibana.username' are set; keep one"
            " of them."
        )
    password = read_secret(settings.password_file, settings.password_env, "kibana.password_file")
    if not password:
        raise SetupError(f"There is no password for {settings.username!r}; set {settings.password_env}.")
    proof = b64encode(f"{settings.username}:{password}".encode()).decode()
    return {"Authorization": f"Basic {proof}"}


def _trust(settings: KibanaSettings) -> ssl.SSLContext:
    if settings.ca_certs is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=settings.ca_certs)
    except (OSError, ssl.SSLError) as error:
        why = error.strerror if not isinstance(error, ssl.SSLError) else "it holds no certificate"
        raise SetupError(f"{settings.ca_certs} can't be read ({why}); correct 'kibana.ca_certs'.") from error
