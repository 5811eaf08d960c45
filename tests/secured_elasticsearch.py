"""A real Elasticsearch with security on: TLS by an authority of its own, a password, and keys cut from roles."""

import contextlib
import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch_server import secured

ROLES = Path(__file__).resolve().parents[1] / "config" / "elasticsearch"


@dataclass(frozen=True)
class Secured:
    """Where it listens, the file of its authority, and the password of the user `elastic`."""

    url: str
    ca_certs: Path
    password: str

    def key(self, role: str, prefix: str) -> str:
        """An API key that may do what the role file in config/elasticsearch says, for indices of this prefix."""
        text = (ROLES / f"{role}.json").read_text(encoding="utf-8").replace("newsbeam-", f"{prefix}-")
        descriptors: Mapping[str, Any] = {role: json.loads(text)}
        with self.client() as client:
            made = client.security.create_api_key(name=f"{prefix}-{role}", role_descriptors=descriptors)
        return str(made["encoded"])

    def client(self) -> Elasticsearch:
        """A client that may do everything."""
        return Elasticsearch(self.url, ca_certs=str(self.ca_certs), basic_auth=("elastic", self.password))


@contextlib.contextmanager
def secured_elasticsearch(place: Path) -> Iterator[Secured]:
    """Start one; its certificates are made in `place`."""
    password = "correct-horse-battery"
    _make_certificates(place)
    with secured(place, password) as url:
        yield Secured(url, place / "ca.crt", password)


def _make_certificates(place: Path) -> None:
    """An authority, and a certificate of it for this machine's loopback address."""
    (place / "node.ext").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    for command in (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=Test-CA -keyout ca.key -out ca.crt",
        "req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout node.key -out node.csr",
        "x509 -req -in node.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile node.ext -out node.crt",
    ):
        subprocess.run(["openssl", *command.split()], cwd=place, check=True, capture_output=True)
