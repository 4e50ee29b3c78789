"""Fetching a file from a public host: one place, every hop checked, the checked address asked.

A name is resolved once a hop, each address it has must be public, and the connection goes to an
address that was checked: a second answer of the name server is never asked for. Proxies,
credentials and cookies of the person are not used.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urljoin

from typing_extensions import override

from store.addresses import Address, AddressRefused, is_public, parse_address
from store.errors import StoreError, TooLarge
from store.text import clean_text

LARGEST_FETCH_BYTES = 512 << 20
CONNECT_S = 5.0
READ_S = 20.0
WHOLE_S = 900.0
MOST_REDIRECTS = 3
_MOST_ADDRESSES = 4
_CHUNK = 1 << 20
_REDIRECTS = (301, 302, 303, 307, 308)

Progress = Callable[[float, str], None]
Resolver = Callable[[str, int], Sequence[str]]
"""Returns the IP addresses of a host."""


class Connect(Protocol):
    """Opens a connection to an IP address."""

    def __call__(self, ip: str, port: int, timeout_s: float) -> socket.socket:
        """Return the open socket."""
        ...


class FetchFailed(StoreError):
    """A file could not be fetched; nothing of it was kept."""

    code = "fetch_failed"
    exit_code = 1


def resolve(host: str, port: int) -> list[str]:
    """Ask the system for the addresses of a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def connect(ip: str, port: int, timeout_s: float) -> socket.socket:
    """Open a connection to an IP address."""
    return socket.create_connection((ip, port), timeout=timeout_s)


class Fetcher:
    """Fetches files from public hosts.

    Args:
        hosts: Hosts to allow, `*.example.org` for all below one; when empty, any public host.
        most_bytes: Largest file.
        resolver: Finds addresses; by default the system's.
        connector: Opens connections; by default sockets.
        tls: How certificates are checked; by default as the system does.
        whole_s: Longest time for one file.
    """

    def __init__(
        self,
        hosts: Sequence[str] = (),
        most_bytes: int = LARGEST_FETCH_BYTES,
        resolver: Resolver = resolve,
        connector: Connect = connect,
        tls: ssl.SSLContext | None = None,
        whole_s: float = WHOLE_S,
    ) -> None:
        self._whole_s = whole_s
        self._hosts = tuple(hosts)
        self._most = most_bytes
        self._resolve = resolver
        self._connect = connector
        self._tls = tls

    def fetch(
        self, url: str, target: Path, progress: Progress = lambda share, what: None
    ) -> Address:
        """Fetch a file to a path and return where it came from in the end.

        Nothing is left at the path when it fails.

        Raises:
            AddressRefused: It, or an address it leads to, is not fetched from.
            TooLarge: It has more bytes than are allowed.
            FetchFailed: The host did not give it whole.
        """
        address = parse_address(url, self._hosts)
        deadline = time.monotonic() + self._whole_s
        for _ in range(MOST_REDIRECTS + 1):
            with (
                closing(self._asked(address)) as connection,
                _until(deadline, connection),
                closing(_answer(connection, address)) as answer,
            ):
                if answer.status not in _REDIRECTS:
                    self._keep(answer, address, target, deadline, progress)
                    return address
                address = self._next(answer, address)
        raise FetchFailed(
            f"{address.host!r} sends on more than {MOST_REDIRECTS} times; give the last address"
        )

    def _next(self, answer: http.client.HTTPResponse, address: Address) -> Address:
        """Check where an answer sends on to, as strictly as what the person wrote."""
        place = answer.getheader("Location", "")
        here = f"{address.scheme}://{address.host_header}{address.target}"
        after = parse_address(urljoin(here, place), self._hosts)
        if address.scheme == "https" and after.scheme == "http":
            raise AddressRefused(
                f"{address.host!r} sends on from https to http; give an address that stays safe"
            )
        return after

    def _asked(self, address: Address) -> http.client.HTTPConnection:
        """Connect to a checked address of the host and ask for the file."""
        failed: OSError | None = None
        for ip in self._addresses(address)[:_MOST_ADDRESSES]:
            connection = _Pinned(address, ip, self._connect, self._tls)
            try:
                connection.request("GET", address.target, headers=_headers(address))
            except ssl.SSLError as wrong:
                connection.close()
                raise FetchFailed(
                    f"{address.host!r} does not prove who it is (its certificate)"
                ) from wrong
            except (OSError, http.client.HTTPException) as wrong:
                connection.close()
                failed = wrong if isinstance(wrong, OSError) else OSError()
                continue
            return connection
        raise FetchFailed(f"{address.host!r} could not be reached; try again later") from failed

    def _addresses(self, address: Address) -> Sequence[str]:
        """Resolve a host once; when one of its addresses is not public, none is asked."""
        try:
            found = self._resolve(address.host, address.port)
        except (OSError, UnicodeError) as wrong:
            raise FetchFailed(f"there is no host {address.host!r}; check the address") from wrong
        if not found:
            raise FetchFailed(f"there is no host {address.host!r}; check the address")
        if not all(is_public(ip) for ip in found):
            raise AddressRefused(
                f"{address.host!r} is no public host; only public ones are fetched from"
            )
        return sorted(found, key=lambda ip: ":" in ip)  # a network without IPv6 is not rare

    def _keep(
        self,
        answer: http.client.HTTPResponse,
        address: Address,
        target: Path,
        deadline: float,
        progress: Progress,
    ) -> None:
        """Write the body of an answer to a path, whole or not at all."""
        size = self._promised(answer, address)
        with ExitStack() as undo, _writing(address):
            with target.open("xb") as file:
                undo.callback(target.unlink, missing_ok=True)
                done = 0
                while chunk := _read(answer, address):
                    done += len(chunk)
                    if done > self._most:
                        raise _too_large(address, self._most)
                    _in_time(address, deadline)
                    file.write(chunk)
                    progress(min(done / size, 1.0) if size else 0.0, f"fetching {name_of(address)}")
            _in_time(address, deadline)  # where it was cut off for that, it ends as if whole
            if size is not None and done != size:
                raise FetchFailed(f"{address.shown} was cut short; try again later")
            undo.pop_all()

    def _promised(self, answer: http.client.HTTPResponse, address: Address) -> int | None:
        """Return the size that an answer promises; refuses one that is no plain file."""
        if answer.status != 200:
            raise FetchFailed(
                f"{address.shown} was not given: the host answered {answer.status}; "
                "check that it can be opened without signing in"
            )
        if answer.getheader("Content-Encoding", "identity").strip().lower() != "identity":
            raise FetchFailed(f"{address.shown} comes packed; fetch and unpack it yourself")
        text = answer.getheader("Content-Length")
        size = int(text) if text is not None and re.fullmatch(r"\d{1,18}", text) else None
        if size is not None and size > self._most:
            raise _too_large(address, self._most)
        return size


class _Pinned(http.client.HTTPConnection):
    """A connection to one IP address, which proves itself by the name of the host."""

    def __init__(
        self, address: Address, ip: str, connector: Connect, tls: ssl.SSLContext | None
    ) -> None:
        super().__init__(address.host, address.port, timeout=READ_S)
        self._address, self._ip, self._connector, self._tls = address, ip, connector, tls

    @override
    def connect(self) -> None:
        """Open the socket, and the secure channel over it where the scheme asks for one."""
        self.sock = self._connector(self._ip, self._address.port, CONNECT_S)
        if self._address.scheme == "https":
            context = self._tls or ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self._address.host)
        self.sock.settimeout(READ_S)


@contextmanager
def _until(deadline: float, connection: http.client.HTTPConnection) -> Iterator[None]:
    """Cut a connection off at a moment: a host that drips keeps every single wait short."""
    sock = connection.sock  # the answer takes it over, and the connection forgets it

    def cut() -> None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    clock = threading.Timer(max(0.0, deadline - time.monotonic()), cut)
    clock.daemon = True
    clock.start()
    try:
        yield
    finally:
        clock.cancel()


def name_of(address: Address) -> str:
    """Return what a file is called by its address: text from outside.

    >>> name_of(parse_address("https://example.org/tiles/a%20b.tif?token=1"))
    'a b.tif'
    """
    last = unquote(address.target.partition("?")[0]).rstrip("/").rpartition("/")[2]
    return clean_text(last, 80) or address.host


def _headers(address: Address) -> dict[str, str]:
    return {
        "Host": address.host_header, "User-Agent": "elenchus", "Accept": "*/*",
        "Accept-Encoding": "identity", "Connection": "close",
    }  # fmt: skip


def _answer(connection: http.client.HTTPConnection, address: Address) -> http.client.HTTPResponse:
    try:
        return connection.getresponse()
    except (OSError, http.client.HTTPException) as wrong:
        raise FetchFailed(f"{address.host!r} gave no answer; try again later") from wrong


def _read(answer: http.client.HTTPResponse, address: Address) -> bytes:
    """Read some of the body, as much as is there."""
    try:
        return answer.read1(_CHUNK)
    except (OSError, http.client.HTTPException, ValueError) as wrong:
        raise FetchFailed(f"{address.shown} was cut short; try again later") from wrong


@contextmanager
def _writing(address: Address) -> Iterator[None]:
    """Word what a disk says; the words of a connection are found where it is read."""
    try:
        yield
    except OSError as wrong:
        raise FetchFailed(f"{address.shown} could not be kept: {wrong.strerror}") from wrong


def _in_time(address: Address, deadline: float) -> None:
    """Refuse what takes longer than a file may."""
    if time.monotonic() >= deadline:
        raise FetchFailed(f"{address.shown} came too slowly; try again later")


def _too_large(address: Address, most: int) -> TooLarge:
    return TooLarge(
        f"{address.shown} has more than {most >> 20} MiB; fetch and ingest it on the command line"
    )
