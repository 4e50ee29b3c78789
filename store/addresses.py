"""Which addresses of the outside may be fetched from: public ones, in one plain spelling."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from store.errors import StoreError
from store.text import clean_text

_PORTS = {"http": 80, "https": 443}
_OTHER_PORTS = (8080, 8443)
_LONGEST = 2048
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)", re.ASCII)
_LOCAL_ENDINGS = (
    "localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "private",
    "home.arpa", "in-addr.arpa", "ip6.arpa", "test", "invalid", "onion",
)  # fmt: skip
_NOT_PUBLIC = [
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/3",
        "168.63.129.16/32",  # where a cloud's machines find their host
    )
]  # fmt: skip
"""IPv4 of the special-purpose registry (RFC 6890 and after)."""
_PUBLIC_6 = ipaddress.ip_network("2000::/3")
_NOT_PUBLIC_6 = [
    ipaddress.ip_network(text)
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
]
"""Of the public range: other addresses carried inside (Teredo, 6to4), documentation, special."""


class AddressRefused(StoreError):
    """An address that is not fetched from."""

    code = "address_refused"


@dataclass(frozen=True)
class Address:
    """An address of a file, taken apart and found fit to be asked for."""

    scheme: str
    host: str
    port: int
    target: str
    """Path and query, as a request names them."""

    @property
    def host_header(self) -> str:
        """Return how a request names the host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def shown(self) -> str:
        """Return the address without what may be a secret."""
        return clean_text(f"{self.scheme}://{self.host_header}{self.target.partition('?')[0]}", 200)


def parse_address(text: str, hosts: Sequence[str] = ()) -> Address:
    """Take an address apart; refuses every spelling that could mean something else elsewhere.

    Args:
        text: The address.
        hosts: Hosts to allow, `*.example.org` for all below one; when empty, any public host.
    """
    shown = clean_text(text, 80)
    if len(text) > _LONGEST:
        raise AddressRefused(f"{shown!r}… has {len(text)} characters; {_LONGEST} will do")
    if not text.isprintable() or any(c.isspace() or c in '\\"<>^`{|}' for c in text):
        raise AddressRefused(f"{shown!r} holds characters that no address has; encode them as %XX")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as wrong:
        raise AddressRefused(f"{shown!r} is no address; write https://HOST/FILE") from wrong
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        raise AddressRefused(f"{shown!r}: only https:// and http:// are fetched")
    if "@" in parts.netloc:
        raise AddressRefused(
            "the address holds a user name; leave it out, and fetch the file first"
        )
    port = port if port is not None else _PORTS[scheme]
    if port not in (*_PORTS.values(), *_OTHER_PORTS):
        raise AddressRefused(f"{shown!r}: port {port} is not fetched from; 80, 443, 8080, 8443 are")
    host = _host(parts.netloc, shown)
    if hosts and not any(_matches(host, allowed) for allowed in hosts):
        raise AddressRefused(f"{host!r} is not among the hosts that ELENCHUS_FETCH_HOSTS allows")
    path = quote(parts.path or "/", safe="/%:=&+,;~!$'()*@-._")
    query = f"?{quote(parts.query, safe='/%:=&+,;~!$()*@-._?')}" if parts.query else ""
    return Address(scheme, host, port, path + query)


def _host(netloc: str, shown: str) -> str:
    """Return the host in lower case; a number must be a plain public address, a name a full one."""
    if netloc.startswith("["):
        return str(_public(netloc[1:].partition("]")[0], shown))
    host = netloc.partition(":")[0].lower().removesuffix(".")
    if not host.isascii():
        raise AddressRefused(f"{shown!r}: write the host in plain letters (xn--…)")
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return str(_public(host, shown))
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise AddressRefused(f"{shown!r} names no host; write https://HOST/FILE")
    local = any(host == end or host.endswith(f".{end}") for end in _LOCAL_ENDINGS)
    if local or len(labels) < 2:
        raise AddressRefused(f"{host!r} is no public host; only public ones are fetched from")
    return host


def _public(text: str, shown: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Read an address written as numbers; only the plain spelling of a public one is."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError as wrong:
        raise AddressRefused(
            f"{shown!r} writes a host as numbers in a way that programs read differently; "
            "use its name"
        ) from wrong
    if not is_public(text):
        raise AddressRefused(f"{text!r} is no public host; only public ones are fetched from")
    return address


def is_public(text: str) -> bool:
    """Tell whether an IP address is one of the public internet.

    >>> [is_public(a) for a in ("8.8.8.8", "10.0.0.1", "::1", "::ffff:8.8.8.8", "2606:4700::1")]
    [True, False, False, False, True]
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC)
    inside = address in _PUBLIC_6 and address.scope_id is None
    return inside and not any(address in network for network in _NOT_PUBLIC_6)


def _matches(host: str, allowed: str) -> bool:
    """Tell whether a host is the allowed one, or below it where that begins with `*.`."""
    allowed = allowed.strip().lower().removesuffix(".")
    return host.endswith(allowed[1:]) if allowed.startswith("*.") else host == allowed
