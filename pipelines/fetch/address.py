"""Which addresses may be connected to: checked on the very address, at the moment of the connection."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

REFUSED = "private or local address"
"""Stands in the error of a refused connection, however the libraries in between wrap it."""

_NAT64 = IPv6Network("64:ff9b::/96")
_AddressInfo = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet.

    Loopback, private, link-local (with the metadata services of clouds), carrier-grade NAT, multicast and
    unspecified addresses do not (IANA special-purpose registries, RFC 6890), nor do IPv6 addresses that carry such
    an IPv4 one (mapped, 6to4, Teredo, NAT64).
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        carried = _carried(found)
        if carried is not None:
            return is_public(str(carried))
    return found.is_global and not found.is_multicast


def _carried(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


def public_socket(address: _AddressInfo) -> socket.socket:
    """A socket for one resolved address; raises OSError for an address that must not be reached.

    As the connector's socket factory it sees exactly what will be connected to, so that neither redirects nor a
    name that resolves differently the second time get past it.
    """
    family, kind, protocol, _, where = address
    if not is_public(str(where[0])):
        raise OSError(f"{REFUSED} {where[0]}")
    return socket.socket(family, kind, protocol)
