"""Files are fetched from public hosts alone: nothing else is ever connected to."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from store.addresses import AddressRefused, is_public, parse_address
from store.errors import StoreError, TooLarge
from store.fetch import Fetcher, FetchFailed, name_of

PUBLIC = "93.184.216.34"

NEVER = """
http://127.0.0.1/a.tif http://127.0.0.1:8080/ https://127.1/ http://127.0.1/ http://0/ http://0.0.0.0/
http://2130706433/ http://0x7f000001/ http://0x7f.0.0.1/ http://017700000001/ http://0177.0.0.1/
http://127.0.0.1./ http://[::1]/ http://[::]/ http://[0:0:0:0:0:0:0:1]/ http://[::ffff:127.0.0.1]/
http://[::ffff:7f00:1]/ http://[::ffff:8.8.8.8]/ http://[::127.0.0.1]/ http://[64:ff9b::7f00:1]/
http://[64:ff9b:1::a00:1]/ http://[2002:7f00:1::]/ http://[2001:0:7f00:1::]/ http://[fe80::1]/
http://[fe80::1%25eth0]/ http://[fc00::1]/ http://[fd00:ec2::254]/ http://[ff02::1]/ http://[2001:db8::1]/
http://169.254.169.254/latest/meta-data/ http://169.254.170.2/ http://0xa9fea9fe/ http://2852039166/
http://10.0.0.1/ http://10.255.255.255/ http://172.16.0.1/ http://172.31.255.255/ http://192.168.0.1/
http://100.64.0.1/ http://100.100.100.200/ http://168.63.129.16/ http://192.0.0.192/ http://198.18.0.1/
http://224.0.0.1/ http://255.255.255.255/ http://240.0.0.1/ http://203.0.113.5/
http://localhost/ http://LOCALHOST/ http://localhost./ http://a.localhost/ http://localhost.localdomain/
http://printer.local/ http://metadata.google.internal/ http://intranet/ http://nas.lan/ http://router.home.arpa/
http://user@example.org/ http://user:secret@example.org/ http://example.org@127.0.0.1/ http://127.0.0.1@example.org/
http:\\\\127.0.0.1\\ http://example.org\\@127.0.0.1/ http://127.0.0.1\\.example.org/
http://①②⑦.⓪.⓪.①/ http://127。0。0。1/ http://exämple.org/ http://ⓛocalhost/ http://%31%32%37.0.0.1/ http://example.org%00.evil.org/
file:///etc/passwd FILE:///etc/passwd ftp://example.org/a gopher://example.org/ dict://example.org/ jar:http://example.org!/
s3://bucket/key data:image/png;base64,AAAA javascript:alert(1) //example.org/a example.org/a /vsicurl/http://example.org/a
https+unix://example.org/ http://example.org:22/ http://example.org:6379/ http://example.org:0/ http://example.org:99999/
http://example.org:80a/ http:// http:///a http://./ http://../ http://-a.org/ http://a..org/ http://[::1 http://]/
""".split()  # noqa: SIM905
ODD = [
    "http://example.org/\n", "http://exam\tple.org/", "http://example.org/a b", "http://example.org/\x00", "\x01http://example.org/",
    "http://example.org/‮fit", "http://" + "a" * 64 + ".org/", "https://example.org/" + "a" * 3000, "http://" + "a." * 130 + "org/",
    "http://example.org/\r\nHost:127.0.0.1",
]  # fmt: skip


class Spy:
    """Counts what is resolved and connected to."""

    def __init__(self, *answers):
        self.answers, self.resolved, self.connected = list(answers), [], []

    def resolve(self, host, port):
        self.resolved.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def connect(self, ip, port, timeout_s):
        self.connected.append((ip, port))
        raise ConnectionRefusedError

    def fetcher(self, **more):
        return Fetcher(resolver=self.resolve, connector=self.connect, **more)


def test_the_matrix_is_as_large_as_it_is_said_to_be():
    assert len(set(NEVER + ODD)) >= 100


@pytest.mark.parametrize("url", NEVER + ODD)
def test_refuses_what_is_not_public_before_anything_is_asked(url, tmp_path):
    spy = Spy([PUBLIC])
    with pytest.raises(AddressRefused) as refused:
        spy.fetcher().fetch(url, tmp_path / "f")
    assert (spy.resolved, spy.connected) == ([], [])
    assert "secret" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.1"], ["::1"], ["::ffff:10.0.0.1"], ["169.254.169.254"], [PUBLIC, "127.0.0.1"], ["fe80::1%eth0"], ["64:ff9b::a00:1"], ["100.64.0.9"], ["nonsense"]],
)  # fmt: skip
def test_a_name_that_leads_inside_is_never_connected_to(addresses, tmp_path):
    """As 127.0.0.1.nip.io and its like do."""
    spy = Spy(addresses)
    with pytest.raises(AddressRefused, match="is no public host"):
        spy.fetcher().fetch("http://127.0.0.1.nip.io/a.tif", tmp_path / "f")
    assert spy.connected == []


def test_a_second_answer_of_the_name_server_is_never_asked_for(tmp_path):
    for _ in range(200):
        spy = Spy([PUBLIC], ["127.0.0.1"])
        with pytest.raises(FetchFailed):
            spy.fetcher().fetch("https://example.org/a.tif", tmp_path / "f")
        assert (spy.resolved, spy.connected) == (["example.org"], [(PUBLIC, 443)])


def test_only_allowed_hosts_are_asked_where_some_are_named(tmp_path):
    spy = Spy([PUBLIC])
    fetcher = spy.fetcher(hosts=["data.example.org", "*.tiles.net"])
    for url in ("https://example.org/", "https://tiles.net/", "https://eviltiles.net/", "https://data.example.org.evil.net/"):  # fmt: skip
        with pytest.raises(AddressRefused, match="ELENCHUS_FETCH_HOSTS"):
            fetcher.fetch(url, tmp_path / "f")
    assert spy.resolved == []
    for url in (
        "https://DATA.example.org/",
        "https://a.b.tiles.net/",
        "https://data.example.org./",
    ):
        with pytest.raises(FetchFailed):
            fetcher.fetch(url, tmp_path / "f")
    assert len(spy.connected) == 3


def test_public_addresses_are_taken_apart_as_they_are():
    address = parse_address("HTTPS://Example.ORG:8443/Tiles/ä%20b.tif?k=1&s=2#part")
    assert (address.scheme, address.host, address.port) == ("https", "example.org", 8443)
    assert address.target == "/Tiles/%C3%A4%20b.tif?k=1&s=2"
    assert address.host_header == "example.org:8443"
    assert "k=1" not in address.shown
    assert name_of(address) == "ä b.tif"
    assert parse_address("http://8.8.8.8/a").host == "8.8.8.8"
    assert parse_address("http://[2606:4700::1111]/a").host_header == "[2606:4700::1111]"
    assert is_public("2606:4700::1111")


class Web:
    """Hosts without a network: each connection is answered by a thread over a pair of sockets."""

    def __init__(self, answers, tls=None, known=PUBLIC):
        self.answers, self.tls, self.known = answers, tls, known
        self.asked, self.names = [], []

    def resolve(self, host, port):
        return self.known[host] if isinstance(self.known, dict) else [self.known]

    def connect(self, ip, port, timeout_s):
        ours, theirs = socket.socketpair()
        ours.settimeout(timeout_s)
        threading.Thread(target=self._serve, args=(theirs, ip), daemon=True).start()
        return ours

    def _serve(self, sock, ip):
        try:
            if self.tls is not None:
                sock = self.tls.wrap_socket(sock, server_side=True)
            asked = b""
            while b"\r\n\r\n" not in asked and (some := sock.recv(4096)):
                asked += some
            lines = asked.decode().split("\r\n")
            host = next(line[6:] for line in lines if line.startswith("Host: "))
            self.asked.append((ip, host, lines[0]))
            answer = self.answers[host + lines[0].split()[1]]
            for piece in [answer] if isinstance(answer, bytes) else answer:
                sock.sendall(piece)
        except (OSError, StopIteration):
            return
        finally:
            sock.close()

    def fetcher(self, **more):
        return Fetcher(resolver=self.resolve, connector=self.connect, **more)


def ok(body: bytes, *headers: str, length=True) -> bytes:
    more = [f"Content-Length: {len(body)}"] if length else []
    return "\r\n".join(["HTTP/1.1 200 OK", *more, *headers, "", ""]).encode() + body


def to(place: str, status=302) -> bytes:
    return f"HTTP/1.1 {status} Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode()


def test_a_file_arrives_whole_and_in_its_progress(tmp_path):
    body = bytes(range(256)) * 10_000
    web, told = Web({"example.org/a.tif": ok(body)}), []
    address = web.fetcher().fetch(
        "http://example.org/a.tif", tmp_path / "f", lambda s, w: told.append(s)
    )
    assert (tmp_path / "f").read_bytes() == body
    assert address.shown == "http://example.org/a.tif"
    assert web.asked == [(PUBLIC, "example.org", "GET /a.tif HTTP/1.1")]
    assert told[-1] == 1.0


def test_a_chunked_answer_arrives_whole(tmp_path):
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
    )
    Web({"example.org/a": chunked}).fetcher().fetch("http://example.org/a", tmp_path / "f")
    assert (tmp_path / "f").read_bytes() == b"abcdefg"


INSIDE = [
    "http://127.0.0.1/", "http://[::1]/", "http://169.254.169.254/", "file:///etc/passwd", "ftp://example.org/a", "http://user@example.org/",
    "http://example.org:22/", "//localhost/a", "http://inside.example.org/", "gopher://example.org/", "http://0x7f.1/", "\\\\127.0.0.1\\a",
]  # fmt: skip


@pytest.mark.parametrize("place", INSIDE)
def test_a_redirect_inside_is_refused_at_that_hop(place, tmp_path):
    known = {"example.org": [PUBLIC], "inside.example.org": ["10.0.0.7"]}
    web = Web({"example.org/a": to(place)}, known=known)
    with pytest.raises(AddressRefused):
        web.fetcher().fetch("http://example.org/a", tmp_path / "f")
    assert len(web.asked) == 1
    assert list(tmp_path.iterdir()) == []


def test_three_redirects_are_followed_and_a_fourth_is_not(tmp_path):
    hops = {f"example.org/{n}": to(f"/{n + 1}", 307) for n in range(6)}
    web = Web({**hops, "example.org/3": ok(b"here")})
    web.fetcher().fetch("http://example.org/0", tmp_path / "f")
    assert (tmp_path / "f").read_bytes() == b"here"
    web = Web(hops)
    with pytest.raises(FetchFailed, match="more than 3 times"):
        web.fetcher().fetch("http://example.org/0", tmp_path / "g")
    assert len(web.asked) == 4


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (ok(b"x" * 2000), TooLarge, "more than 0 MiB"),
        (ok(b"x" * 2000, length=False), TooLarge, "more than"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort", FetchFailed, "cut short"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", FetchFailed, "cut short"),
        (ok(b"x", "Content-Encoding: gzip"), FetchFailed, "packed"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n/etc/path", FetchFailed, "answered 404"),
        (b"HTTP/1.1 206 Partial\r\nContent-Length: 1\r\n\r\nx", FetchFailed, "answered 206"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", FetchFailed, "no answer"),
        (b"", FetchFailed, "no answer"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 300 + b"\r\n", FetchFailed, "no answer"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000 + b"\r\n\r\n", FetchFailed, "no answer"),
    ],
)  # fmt: skip
def test_what_is_no_whole_file_is_a_worded_error_and_leaves_nothing(answer, error, words, tmp_path):
    web = Web({"example.org/a?token=hidden": answer})
    with pytest.raises(error, match=words) as failed:
        web.fetcher(most_bytes=1000).fetch("http://example.org/a?token=hidden", tmp_path / "f")
    assert list(tmp_path.iterdir()) == []
    for secret in ("hidden", PUBLIC, "/etc/path"):
        assert secret not in str(failed.value)


DRIPS = {
    "in the head": (b"Content-Length: 100000\r\n", b"A: b\r\n"),
    "in the body": (b"Content-Length: 100000\r\n\r\n", b"x"),
    "in a body of no told length": (b"\r\n", b"x"),
    "in the size of a chunk": (b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
}


@pytest.mark.parametrize("where", DRIPS)
def test_a_host_that_drips_is_cut_off(where, tmp_path):
    head, drip = DRIPS[where]

    def answer():
        yield b"HTTP/1.1 200 OK\r\n" + head
        for _ in range(80):
            yield drip
            time.sleep(0.02)

    web, started = Web({"example.org/a": answer()}), time.monotonic()
    with pytest.raises(FetchFailed):
        web.fetcher(whole_s=0.3).fetch("http://example.org/a", tmp_path / "f")
    assert time.monotonic() - started < 1.2
    assert list(tmp_path.iterdir()) == []


def test_a_body_that_stalls_until_it_is_cut_off_is_not_taken_for_whole(tmp_path):
    def answer():
        yield b"HTTP/1.1 200 OK\r\n\r\nhalf of it"
        time.sleep(1.2)

    web, started = Web({"example.org/a": answer()}), time.monotonic()
    with pytest.raises(FetchFailed, match="too slowly"):
        web.fetcher(whole_s=0.3).fetch("http://example.org/a", tmp_path / "f")
    assert time.monotonic() - started < 1.0
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_kept_is_said_and_nothing_of_others_is_removed(tmp_path):
    web = Web({"example.org/a": ok(b"x")})
    (tmp_path / "f").write_bytes(b"of somebody")
    for place, words in (("f", "File exists"), ("none/f", "No such file")):
        with pytest.raises(FetchFailed, match=f"could not be kept: {words}"):
            web.fetcher().fetch("http://example.org/a", tmp_path / place)
    assert (tmp_path / "f").read_bytes() == b"of somebody"


def test_stopping_leaves_nothing(tmp_path):
    def stop(share, what):
        raise StoreError("stopped")

    web = Web({"example.org/a": ok(b"x" * 100)})
    with pytest.raises(StoreError, match="stopped"):
        web.fetcher().fetch("http://example.org/a", tmp_path / "f", stop)
    assert list(tmp_path.iterdir()) == []


def test_proxies_of_the_environment_are_not_used(tmp_path, monkeypatch):
    for name in ("http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:3128")
    web = Web({"example.org/a": ok(b"x")})
    web.fetcher().fetch("http://example.org/a", tmp_path / "f")
    assert web.asked == [(PUBLIC, "example.org", "GET /a HTTP/1.1")]


def _certificate(folder, host):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    form = serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    path = folder / f"{host}.pem"
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_the_host_proves_itself_by_its_name_at_the_address_that_was_checked(tmp_path):
    path = _certificate(tmp_path, "example.org")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    names = []
    server.sni_callback = lambda sock, name, context: names.append(name)
    trusting = ssl.create_default_context(cafile=str(path))
    web = Web({"example.org/a": ok(b"x"), "evil.org/a": ok(b"x")}, tls=server)
    web.fetcher(tls=trusting).fetch("https://example.org/a", tmp_path / "f")
    assert names == ["example.org"]
    for url, fetcher in (
        ("https://evil.org/a", web.fetcher(tls=trusting)),
        ("https://example.org/a", web.fetcher()),
    ):
        with pytest.raises(FetchFailed, match="does not prove who it is"):
            fetcher.fetch(url, tmp_path / "g")
    assert not (tmp_path / "g").exists()


def test_a_redirect_out_of_the_safe_channel_is_refused(tmp_path):
    path = _certificate(tmp_path, "example.org")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    web = Web({"example.org/a": to("http://example.org/b")}, tls=server)
    with pytest.raises(AddressRefused, match="from https to http"):
        web.fetcher(tls=ssl.create_default_context(cafile=str(path))).fetch(
            "https://example.org/a", tmp_path / "f"
        )
