"""Which network addresses may be connected to; checked at the moment of connecting, so that no name can dodge it."""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

AddressInfo = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]
"""As `socket.getaddrinfo` gives it."""

_NAT64 = IPv6Network("64:ff9b::/96")
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")
_IPV4_COMPATIBLE = IPv6Network("::/96")
_METADATA = frozenset({IPv4Address("168.63.129.16")})
"""Addresses of cloud platforms that look public and are not; the others lie in ranges that are refused anyway."""
_REFUSED = tuple(
    IPv4Network(range_) for range_ in ("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4")
)


class RefusedAddress(OSError):
    """Nothing is sent there. All of one kind read the same, so that several for one name stay one error."""

    def __init__(self) -> None:
        super().__init__("an address that is not public")


def is_public(address: str) -> bool:
    """Whether an IP address, as the resolver gives it, belongs to the open internet.

    Loopback, private, link-local, carrier (RFC 6598), multicast, unspecified, reserved and metadata addresses do
    not, nor do IPv6 addresses that carry such an IPv4 address: mapped, compatible, 6to4 (RFC 3056), NAT64
    (RFC 6052) and Teredo (RFC 4380).
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return _is_public_v4(found)
    return _is_public_v6(found)


def open_socket(allow_private: bool) -> Callable[[AddressInfo], socket.socket]:
    """Makes the sockets of a connector: called with the very address that will be connected to."""

    def checked(info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, address = info
        if not allow_private and not is_public(address[0]):
            raise RefusedAddress
        return socket.socket(family, kind, protocol)

    return checked


def _is_public_v4(address: IPv4Address) -> bool:
    if address in _METADATA or any(address in network for network in _REFUSED):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_loopback)


def _is_public_v6(address: IPv6Address) -> bool:
    if address.scope_id is not None or address in _LOCAL_NAT64 or address.teredo is not None:
        return False
    carried = _carried(address)
    if carried is not None:
        return _is_public_v4(carried)
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_site_local)


def _carried(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that packets to this one end at."""
    if address in _NAT64 or address in _IPV4_COMPATIBLE:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
