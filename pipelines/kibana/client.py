"""The way to a Kibana: who we are there, what it holds, and what its refusals mean to us."""

import json
import ssl
from base64 import b64encode
from collections.abc import Iterable, Sequence
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener
from uuid import uuid4

from models.errors import SetupError, TryLater
from models.settings import KibanaSettings
from pipelines import NEWSBEAM_VERSION
from pipelines.index.elasticsearch.client import read_secret, transient
from pipelines.kibana.assets import DEFAULT_SPACE
from pipelines.kibana.saved import SavedObject

_OLDEST = 8

Key = tuple[str, str]
"""Type and id of an object."""


class Held(NamedTuple):
    """An object as Kibana holds it, and when it was written last."""

    attributes: dict[str, Any]
    references: list[dict[str, Any]]
    updated_at: str


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
        status = self._ask("GET", f"{self.address}/api/status")
        if not isinstance(status, dict) or "status" not in status:
            raise SetupError(f"What answers at {self.address} is not Kibana; correct its address.")
        version = str((status.get("version") or {}).get("number") or "")
        if not version:  # who is not known is told no version
            raise self._refused()
        major = version.partition(".")[0]
        if not major.isdigit() or int(major) < _OLDEST:
            raise SetupError(f"Kibana at {self.address} is {version}; Newsbeam's dashboards need 8 or newer.")
        if self.space != DEFAULT_SPACE:
            self._check_space()

    def held(self, keys: Sequence[Key]) -> dict[Key, Held]:
        """Those of these objects that are there."""
        asked = list(keys)
        while asked:
            wanted = [{"type": kind, "id": id_} for kind, id_ in asked]
            answer = self._ask(
                "POST",
                f"{self._base()}/api/saved_objects/_export",
                json.dumps({"objects": wanted, "excludeExportDetails": True}).encode(),
                missing_objects=True,
            )
            if isinstance(answer, _Missing):
                left = [key for key in asked if key not in answer]
                if left == asked:
                    raise SetupError(f"Kibana at {self.address} does not say which objects it misses.")
                asked = left
            else:
                return {(each["type"], each["id"]): _held(each) for each in answer if "attributes" in each}
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
        if not isinstance(answer, dict) or "success" not in answer:
            raise SetupError(f"What answers at {self.address} is not Kibana; correct its address.")
        if not answer["success"]:
            errors = answer.get("errors") or []
            said = "; ".join(dict.fromkeys(map(_said, errors))) or "no reason given"
            raise SetupError(
                f"Kibana at {self.address} took {answer.get('successCount', 0)} of {len(objects)} objects and refused"
                f" {len(errors)}: {said[:800]}. Put that right, then run newsbeam kibana install again."
            )

    def _check_space(self) -> None:
        found = self._ask("GET", f"{self.address}/api/spaces/space")
        there = [str(each["id"]) for each in found if isinstance(each, dict)] if isinstance(found, list) else []
        if self.space not in there:
            raise SetupError(
                f"Kibana at {self.address} has no space {self.space!r} that this key or user may see; there"
                f" {'are ' + ', '.join(sorted(there)) if there else 'is none'}."
            )

    def _base(self) -> str:
        return self.address if self.space == DEFAULT_SPACE else f"{self.address}/s/{self.space}"

    def _ask(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        *,
        media_type: str = "application/json",
        missing_objects: bool = False,
    ) -> Any:
        """The JSON of an answer; one value a line becomes a list. With `missing_objects`, a _Missing names them."""
        headers = self._headers if body is None else self._headers | {"Content-Type": media_type}
        request = Request(url, data=body, headers=headers, method=method)
        try:
            with self._opener.open(request, timeout=self._settings.request_timeout) as answer:
                return self._json(answer.read(), several=missing_objects)
        except HTTPError as error:
            with error:
                refusal = error.read()
            if missing_objects and error.code == 400 and (missing := _missing(refusal)):
                return missing
            raise self._meaning(error.code, _reason(refusal)) from error
        except TimeoutError as error:
            raise TryLater(
                f"Kibana at {self.address} did not answer within {self._settings.request_timeout:g} s; try again later."
            ) from error
        except URLError as error:
            raise self._unreached(error.reason) from error
        except (OSError, HTTPException) as error:
            raise self._unreached(error) from error

    def _json(self, content: bytes, *, several: bool) -> Any:
        try:
            if several:
                return [json.loads(line) for line in content.splitlines() if line.strip()]
            return json.loads(content)
        except ValueError as error:
            raise SetupError(f"What answers at {self.address} is not Kibana; correct its address.") from error

    def _meaning(self, status: int, reason: str) -> SetupError | TryLater:
        if status == 401:
            return self._refused()
        if status == 403:
            return SetupError(
                f"Kibana at {self.address} does not permit this to the key or user in the space {self.space!r}:"
                f" {reason}. It needs 'All' on Saved Objects Management, Discover, Dashboard, Visualize and Data Views."
            )
        if status < 400:
            return SetupError(
                f"What answers at {self.address} sends requests elsewhere ({status}); correct its address."
            )
        if status == 404:
            return SetupError(
                f"There is no Kibana at {self.address} (404); its address includes its base path, where it has one."
            )
        if transient(status):
            return TryLater(f"Kibana at {self.address} is not ready ({status}: {reason}); try again later.")
        return SetupError(f"Kibana at {self.address} refused ({status}: {reason}).")

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


class _Missing(set[Key]):
    """What is not there."""


def _held(saved: dict[str, Any]) -> Held:
    return Held(saved["attributes"], list(saved.get("references") or []), str(saved.get("updated_at") or ""))


def _missing(refusal: bytes) -> _Missing:
    """The objects that an export could not find, as it lists them."""
    try:
        listed = json.loads(refusal)["attributes"]["objects"]
        return _Missing((each["type"], each["id"]) for each in listed if each["error"]["statusCode"] == 404)
    except (ValueError, KeyError, TypeError):
        return _Missing()


def _said(error: dict[str, Any]) -> str:
    """What an import says of one object."""
    why = error.get("error") or {}
    what = f"{error.get('type')} {error.get('id')}: {why.get('message') or why.get('type') or 'unknown'}"
    needed: Iterable[dict[str, Any]] = why.get("references") or ()
    return what + "".join(f", {each.get('type')} {each.get('id')}" for each in needed)


def _reason(refusal: bytes) -> str:
    """What Kibana says in the body of a refusal."""
    try:
        said = json.loads(refusal).get("message")
    except (ValueError, AttributeError):
        said = refusal.decode(errors="replace").strip()
    return " ".join(str(said or "no reason given").split())[:300]


def _authorization(settings: KibanaSettings) -> dict[str, str]:
    api_key = read_secret(settings.api_key_file, settings.api_key_env, "kibana.api_key_file")
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
