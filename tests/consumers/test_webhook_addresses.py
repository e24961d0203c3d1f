"""No request goes to an address that is not public, whatever name leads there, unless a setting allows it."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from openedx_catalog_publisher.consumers.webhooks.addresses import (
    AddressRefused,
    check_literal,
    resolved,
    target_of,
)
from openedx_catalog_publisher.consumers.webhooks.transport import post
from tests.consumers.receiver import Receiver, listening

NAME = "site.example.org"

PRIVATE = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - refused
    "224.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:db8::1",
]


class NameServer:
    """What names lead to, in this process: answers in turn, the last one again and again."""

    def __init__(self) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        self.asked: list[str] = []

    def getaddrinfo(self, host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        if host not in self.answers:
            return ASK(host, port, *args, **kwargs)
        self.asked.append(host)
        answers = self.answers[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [entry for address in addresses for entry in ASK(address, port, *args, **kwargs)]


ASK = socket.getaddrinfo


@pytest.fixture
def name_server(monkeypatch: pytest.MonkeyPatch) -> NameServer:
    made = NameServer()
    monkeypatch.setattr(socket, "getaddrinfo", made.getaddrinfo)
    return made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as made:
        yield made


def addresses_of(url: str) -> list[str]:
    return list(resolved(target_of(url)))


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_to_an_address_that_is_not_public_is_refused(name_server: NameServer, address: str) -> None:
    name_server.answers[NAME] = [[address]]
    with pytest.raises(AddressRefused, match="which is no public address"):
        addresses_of(f"https://{NAME}/hook")


@pytest.mark.parametrize("address", PRIVATE)
def test_so_is_the_address_itself(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(AddressRefused, match="which is no public address"):
        check_literal(target_of(f"https://{host}/hook"))


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1", "127.1", "0177.0.0.1"])
def test_so_is_this_machine_in_whatever_writing(host: str) -> None:
    with pytest.raises((AddressRefused, OSError)):
        addresses_of(f"https://{host}/hook")


def test_one_address_that_is_refused_is_enough(name_server: NameServer) -> None:
    name_server.answers[NAME] = [["93.184.216.34", "10.0.0.1"]]
    with pytest.raises(AddressRefused, match=r"site\.example\.org is at 10\.0\.0\.1"):
        addresses_of(f"https://{NAME}/hook")


def test_public_addresses_are_taken_and_want_tls(name_server: NameServer, settings: Any) -> None:
    name_server.answers[NAME] = [["93.184.216.34", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]]
    assert addresses_of(f"https://{NAME}/hook") == ["93.184.216.34", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]
    settings.CATALOG_PUBLISHER_WEBHOOK_PRIVATE_NETWORKS = ["10.0.0.0/8"]
    with pytest.raises(AddressRefused, match="a public address: give one that starts with https://"):
        addresses_of(f"http://{NAME}/hook")


def test_a_private_network_is_open_when_the_setting_names_it(name_server: NameServer, settings: Any) -> None:
    settings.CATALOG_PUBLISHER_WEBHOOK_PRIVATE_NETWORKS = ["10.1.0.0/16", "fd00::/8"]
    name_server.answers[NAME] = [["10.1.2.3", "fd00::1"], ["10.2.0.1"]]
    assert addresses_of(f"http://{NAME}/hook") == ["10.1.2.3", "fd00::1"]
    with pytest.raises(AddressRefused, match=r"10\.2\.0\.1"):
        addresses_of(f"http://{NAME}/hook")


@pytest.mark.parametrize(
    "url",
    [
        "http://site.example.org/",
        "ftp://site.example.org/",
        "file:///etc/passwd",
        "gopher://site.example.org/",
        "//site.example.org/",
        "site.example.org",
        "https://",
        "https:///path",
        "https://user@site.example.org/",
        "https://user:word@site.example.org/",
        "https://site.example.org/#part",
        "https://site.example.org:0/",
        "https://site.example.org:70000/",
        "https://site.example.org:port/",
        "https://[::1/",
        "https://site.example.org/a b",
        "https://site.example.org/a\r\nX-Header: 1",
        "https://sité.example.org/",
        "",
    ],
)
def test_what_is_no_address_for_requests_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        target_of(url)


def test_a_refused_address_is_not_connected_to(receiver: Receiver, name_server: NameServer, settings: Any) -> None:
    settings.CATALOG_PUBLISHER_WEBHOOK_PRIVATE_NETWORKS = ["10.0.0.0/8"]
    name_server.answers[NAME] = [["127.0.0.1"]]
    answer = post(f"http://{NAME}:{receiver.port}/", b"{}", {}, 5)
    assert answer.status is None
    assert answer.error.startswith("AddressRefused: site.example.org is at 127.0.0.1")
    assert receiver.came == []


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
    receiver: Receiver, name_server: NameServer, settings: Any
) -> None:
    # Who owns the name answers the second question otherwise than the first.
    settings.CATALOG_PUBLISHER_WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.1/32"]
    with listening(address="127.0.0.2") as forbidden:
        name_server.answers[NAME] = [["127.0.0.1"], ["127.0.0.2"]]
        answer = post(f"http://{NAME}:{receiver.port}/", b"{}", {}, 5)
        assert answer.status == 200
        assert name_server.asked == [NAME]
        assert receiver.came[0].headers["Host"] == f"{NAME}:{receiver.port}"
        assert post(f"http://{NAME}:{forbidden.port}/", b"{}", {}, 5).status is None
        assert forbidden.came == []


def test_the_next_address_is_tried_where_one_does_not_answer(
    receiver: Receiver, name_server: NameServer, settings: Any
) -> None:
    settings.CATALOG_PUBLISHER_WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    name_server.answers[NAME] = [["127.0.0.3", "127.0.0.1"]]
    assert post(f"http://{NAME}:{receiver.port}/", b"{}", {}, 5).status == 200


def test_proxies_of_the_environment_are_not_used(
    receiver: Receiver, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CATALOG_PUBLISHER_WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert post(receiver.url, b"{}", {}, 5).status == 200


class TestTls:
    @pytest.fixture
    def authority(self, tmp_path: Path) -> Path:
        """A certificate for the name, which is its own authority, beside its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
        now = datetime.datetime.now(datetime.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (tmp_path / "key.pem").write_bytes(plain)
        (tmp_path / "certificate.pem").write_bytes(made.public_bytes(pem))
        return tmp_path

    @pytest.fixture
    def secure(self, authority: Path, settings: Any) -> Iterator[Receiver]:
        settings.CATALOG_PUBLISHER_WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority / "certificate.pem", authority / "key.pem")
        with listening(context) as made:
            yield made

    def test_the_certificate_is_checked_against_the_name_and_not_the_address(
        self, secure: Receiver, authority: Path, name_server: NameServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority / "certificate.pem"))
        name_server.answers = {NAME: [["127.0.0.1"]], "other.example.org": [["127.0.0.1"]]}
        assert post(f"https://{NAME}:{secure.port}/", b"{}", {}, 5).status == 200
        wrong = post(f"https://other.example.org:{secure.port}/", b"{}", {}, 5)
        assert wrong.status is None
        assert "Hostname mismatch" in wrong.error
        assert len(secure.came) == 1

    def test_a_certificate_of_nobody_is_refused(self, secure: Receiver, name_server: NameServer) -> None:
        name_server.answers[NAME] = [["127.0.0.1"]]
        refused = post(f"https://{NAME}:{secure.port}/", b"{}", {}, 5)
        assert refused.status is None
        assert "CERTIFICATE_VERIFY_FAILED" in refused.error
        assert secure.came == []

    def test_a_handshake_that_does_not_end_is_cut(
        self, authority: Path, name_server: NameServer, settings: Any
    ) -> None:
        settings.CATALOG_PUBLISHER_WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
        name_server.answers[NAME] = [["127.0.0.1"]]
        with socket.create_server(("127.0.0.1", 0)) as silent:
            answer = post(f"https://{NAME}:{silent.getsockname()[1]}/", b"{}", {}, 0.5)
        assert answer.error == "No answer within 0.5 s."
        assert answer.milliseconds < 2_000


def test_the_list_of_this_module_holds_addresses() -> None:
    assert all(ipaddress.ip_address(text) for text in PRIVATE)
