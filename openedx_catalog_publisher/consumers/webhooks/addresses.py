"""Which addresses requests may go to: public ones, and those private ones that a setting allows."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from openedx_catalog_publisher.settings import conf

PORTS = {"https": 443, "http": 80}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

COMPATIBLE = ipaddress.IPv6Network("::/96")
"""Deprecated addresses that hold an IPv4 address (RFC 4291): nothing public has one."""

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""Addresses that stand for the IPv4 address in their last 32 bits (RFC 6052)."""


class AddressRefused(Exception):
    """No request is made to this address; says why, and the remedy."""


@dataclass(frozen=True)
class Target:
    """
    A URL, taken apart.

    Attributes:
        secure: whether by TLS.
        host: the name or the address, without the brackets of an IPv6 address.
        port: the port.
        path: path and query, as they are sent.
    """

    secure: bool
    host: str
    port: int
    path: str


def target_of(url: str) -> Target:
    """
    Return what a URL names. Asks no name server.

    Raises:
        AddressRefused: when it is no URL that requests may go to, whatever its host's address.
    """
    if not url.isascii() or any(character <= " " for character in url):
        raise AddressRefused("Write the address in ASCII, without blanks; names in other letters as xn--...")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused(f"This is no address: {error}.") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise AddressRefused("Give an address that starts with https:// and names a host.")
    if parts.scheme == "http" and not conf.webhook_private_networks():
        raise AddressRefused(
            "Give an address that starts with https://. http:// is for the private networks that "
            f"{conf.WEBHOOK_PRIVATE_NETWORKS.name} names."
        )
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressRefused("Leave user, password and fragment out of the address.")
    if port == 0:
        raise AddressRefused("This is no port: 0.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", parts.hostname, port or PORTS[parts.scheme], path)


def check_literal(target: Target) -> None:
    """
    Check a host that is written as an address. One that is a name is checked when a request is made.

    Raises:
        AddressRefused: naming the address that is refused.
    """
    try:
        ipaddress.ip_address(target.host)
    except ValueError:
        return
    _check(target.host, target)


def resolved(target: Target) -> Sequence[str]:
    """
    Return the addresses of a target, each of which requests may go to.

    A name that has one address that is refused is refused altogether: who owns it may point it anywhere.

    Raises:
        AddressRefused: naming the address that is refused.
        OSError: when the name server does not know the host, or does not answer.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise AddressRefused(f"{target.host} is no name of a host.") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        _check(address, target)
    return addresses


def _check(text: str, target: Target) -> None:
    address = _meant(ipaddress.ip_address(text))
    if any(address in network for network in conf.webhook_private_networks()):
        return
    if not address.is_global or address.is_multicast or address in COMPATIBLE:
        raise AddressRefused(
            f"{target.host} is at {text}, which is no public address. Networks that requests may go to all the same "
            f"are named in {conf.WEBHOOK_PRIVATE_NETWORKS.name}."
        )
    if not target.secure:
        raise AddressRefused(f"{target.host} is at {text}, a public address: give one that starts with https://.")


def _meant(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address leads to, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address
