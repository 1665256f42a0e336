"""Addresses of printers: nothing outside the site's networks, however it is spelled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.addresses import Allowed, split
from printing.errors import AddressRefused


def names(**known: list[str]):
    def resolve(host: str) -> list[str]:
        if host not in known:
            raise OSError("unknown")
        return known[host]

    return resolve


SITE = Allowed(
    resolve=names(
        printer=["192.168.1.50"],
        evil=["8.8.8.8"],
        home=["127.0.0.1"],
        two=["192.168.1.50", "8.8.8.8"],
        none=[],
        meta=["169.254.169.254"],
    )
)


@pytest.mark.parametrize("host", ["10.0.0.7", "172.16.3.4", "172.31.255.255", "192.168.1.50"])
@pytest.mark.parametrize("port", [9100, 631, 515])
def test_private_addresses_and_printer_ports_are_fine(host, port):
    assert SITE.endpoint(host, port) == (host, port)


def test_a_name_is_resolved_and_the_address_is_what_comes_back():
    assert SITE.endpoint("printer", 9100) == ("192.168.1.50", 9100)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "0177.0.0.1", "2130706433", "127.1", "0x7f.1", "0x7f000001", "0", "0.0.0.0",
        "①②⑦.⓪.⓪.①", "１２７.0.0.1", "127。0。0。1", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1",
        "[::1]", "224.0.0.1", "255.255.255.255", "169.254.169.254", "8.8.8.8", "192.168.1.256",
        "192.168.1", "192.168.1.50.", "192.168.1.050", "1.2.3.4.5", "home", "evil", "two", "none",
        "meta", "unknown", "", " ", "a b", "a\x00b", "a/b", "user@printer", "printer:80", "-x",
        "ſ", "K", "x" * 300, "foo.0x7f",
    ],
)  # fmt: skip
def test_everything_else_is_refused(host):
    with pytest.raises(AddressRefused):
        SITE.endpoint(host, 9100)


@pytest.mark.parametrize("port", [22, 80, 443, 0, 5432, 65_536, -1])
def test_other_ports_are_refused(port):
    with pytest.raises(AddressRefused):
        SITE.endpoint("192.168.1.50", port)


def test_loopback_must_be_named_itself():
    everywhere = Allowed.of(["0.0.0.0/0"])
    for host in ("127.0.0.1", "169.254.1.1", "224.0.0.1", "0.0.0.0"):
        with pytest.raises(AddressRefused):
            everywhere.endpoint(host, 9100)
    assert Allowed.of(["127.0.0.0/8"]).endpoint("127.0.0.1", 9100) == ("127.0.0.1", 9100)
    assert everywhere.endpoint("8.8.8.8", 9100) == ("8.8.8.8", 9100)


def test_a_site_names_its_own_ports():
    assert Allowed.of(ports=[9101]).endpoint("10.0.0.1", 9101) == ("10.0.0.1", 9101)
    with pytest.raises(AddressRefused):
        Allowed.of(ports=[9101]).endpoint("10.0.0.1", 9100)


def test_the_systems_resolver_is_asked_for_names():
    here = Allowed.of(["127.0.0.0/8"])
    assert here.endpoint("localhost", 9100) == ("127.0.0.1", 9100)


@pytest.mark.parametrize(
    ("address", "parts"),
    [("10.0.0.1", ("10.0.0.1", 9100)), ("10.0.0.1:631", ("10.0.0.1", 631)), (" p ", ("p", 9100))],
)
def test_an_address_splits_into_host_and_port(address, parts):
    assert split(address, 9100) == parts


@pytest.mark.parametrize(
    "address", ["h:", "h:x", "h:0", "h:65536", "::1", "h:1:2", "h:９１００", "h:-1"]
)
def test_an_address_of_another_shape_is_refused(address):
    with pytest.raises(AddressRefused):
        split(address, 9100)


@given(st.text(max_size=30), st.integers(-1, 70_000))
def test_no_text_leads_out(host, port):
    try:
        address, _ = SITE.endpoint(host, port)
    except AddressRefused:
        return
    assert address.startswith(("10.", "192.168.", "172."))


def test_folders_lie_below_a_root_links_followed(tmp_path):
    root = tmp_path / "spool"
    root.mkdir()
    site = Allowed.of(folders=[root])
    assert site.folder(str(root / "label")) == root / "label"
    (root / "link").symlink_to(tmp_path)
    for path in ("relative", str(tmp_path), f"{root}/../other", str(root / "link"), f"{root}\x00x"):
        with pytest.raises(AddressRefused):
            site.folder(path)
    with pytest.raises(AddressRefused):
        Allowed().folder(str(root))
