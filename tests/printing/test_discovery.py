"""Finding printers: the question, the answers as printers send them, and which may be added."""

from __future__ import annotations

import socket
import struct
import threading
from itertools import chain, count, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.addresses import Allowed
from printing.discovery import Found, printers_in
from printing.transports.mdns import PTR, SRV, TXT, A, Heard, Service, browse, question

IPP, RAW, LPD = "_ipp._tcp.local", "_pdl-datastream._tcp.local", "_printer._tcp.local"
SITE = Allowed.of(["10.0.0.0/8"])


def name(text: str) -> bytes:
    return b"".join(bytes([len(p)]) + p for p in text.encode().split(b".")) + b"\0"


def record(owner: bytes, kind: int, data: bytes) -> bytes:
    return owner + struct.pack(">HHIH", kind, 0x8001, 120, len(data)) + data


def answer(
    service: str = IPP,
    instance: str = "Office",
    host: str = "office.local",
    port: int = 631,
    address: str = "10.0.0.30",
    **texts: str,
) -> bytes:
    """What a printer answers, its instance named once and pointed at after that."""
    head = struct.pack(">6H", 0, 0x8400, 0, 1, 0, 3)
    owner = name(service)
    label = bytes([len(instance.encode())]) + instance.encode()
    pointer = record(owner, PTR, label + struct.pack(">H", 0xC000 | len(head)))
    whole = struct.pack(">H", 0xC000 | (len(head) + len(owner) + 10))
    said = b"".join(bytes([len(t)]) + t for t in (f"{k}={v}".encode() for k, v in texts.items()))
    rest = record(whole, SRV, struct.pack(">HHH", 0, 0, port) + name(host))
    rest += record(whole, TXT, said or b"\0")
    rest += record(name(host), A, socket.inet_aton(address))
    return head + pointer + rest


def heard(*packets: bytes) -> list[Service]:
    made = Heard()
    for packet in packets:
        made.take_in(packet)
    return made.found()


def test_an_answer_is_read_with_its_pointers():
    assert heard(answer(rp="ipp/print", ty="Brother HL")) == [
        Service(
            kind=IPP, name="Office", host="office.local", port=631, addresses=("10.0.0.30",),
            texts={"rp": "ipp/print", "ty": "Brother HL"},
        )
    ]  # fmt: skip


def test_an_answer_in_parts_is_put_together_and_said_twice_counts_once():
    whole = answer(rp="ipp/print")
    assert len(heard(whole, whole)) == 1
    cut = whole[:-16]
    assert heard(cut) == []
    assert len(heard(cut, whole)) == 1


def test_names_that_go_round_and_round_end():
    head = struct.pack(">6H", 0, 0x8400, 0, 1, 0, 0)
    assert heard(head + b"\xc0\x0c" + b"\0" * 10) == []


@given(st.binary(max_size=200))
def test_junk_is_never_more_than_nothing(junk):
    heard(junk, answer()[:12] + junk)


@given(st.integers(0, 200), st.integers(0, 255))
def test_a_spoiled_answer_never_breaks_the_search(at, value):
    spoiled = bytearray(answer(rp="ipp/print", ty="X"))
    spoiled[at % len(spoiled)] = value
    heard(bytes(spoiled))


@pytest.mark.parametrize(
    ("given_answer", "found"),
    [
        (answer(rp="ipp/print", ty="Brother HL", note="Office 2"),
         Found(name="Office", kind="ipp", address="ipp://10.0.0.30/ipp/print", make="Brother HL",
               place="Office 2")),
        (answer(rp="printers/label", port=8631, product="(Zebra)"), None),
        (answer(rp="printers/label", product="(Zebra)"),
         Found(name="Office", kind="cups", address="ipp://10.0.0.30/printers/label",
               make="Zebra")),
        (answer(RAW, "ZD421", port=9100, ty="Zebra ZD421"),
         Found(name="ZD421", kind="zpl", address="10.0.0.30", make="Zebra ZD421")),
        (answer(RAW, "Label", port=9100, ty="TSC TE200"),
         Found(name="Label", kind="tspl", address="10.0.0.30", make="TSC TE200")),
        (answer(RAW, "Till", port=9100, ty="EPSON TM-T20II"),
         Found(name="Till", kind="escpos", address="10.0.0.30", make="EPSON TM-T20II")),
        (answer(RAW, "Something", port=9100),
         Found(name="Something", kind="", address="10.0.0.30")),
        (answer(LPD, port=515), None),
        (answer(address="8.8.8.8"), None),
        (answer(address="127.0.0.1"), None),
        (answer(port=22), None),
    ],
)  # fmt: skip
def test_only_what_the_site_may_use_is_offered(given_answer, found):
    assert printers_in(heard(given_answer), SITE) == ([found] if found else [])


def test_a_name_is_shown_as_text_of_one_line():
    (found,) = printers_in(heard(answer(instance="La\nser\u202e1")), SITE)
    assert found.name == "La ser1"


def test_the_network_is_asked_once_more_and_answers_are_waited_for():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as printer:
        printer.bind(("127.0.0.1", 0))
        printer.settimeout(60)
        asked: list[bytes] = []

        def serve() -> None:
            for packet in (b"junk", answer(rp="ipp/print")):
                data, peer = printer.recvfrom(9000)
                asked.append(data)
                printer.sendto(packet, peer)

        serving = threading.Thread(target=serve)
        serving.start()
        looks = count()

        def clock() -> float:
            """Go on when the first question was read, and to the end when both were answered."""
            if serving.is_alive():
                return 1.5 if asked else 0.0
            # The last answer is still to be read.
            return 1.5 if next(looks) < 6 else 9.0

        found = browse(1.6, group=printer.getsockname(), monotonic=clock)
        serving.join(60)
    assert asked == [question()] * 2
    assert [service.name for service in found] == ["Office"]


def test_the_search_ends_in_time_though_answers_never_do():
    ticks = chain([0.0] * 3, repeat(10.0))
    assert browse(6.0, group=("127.0.0.1", 9), monotonic=lambda: next(ticks)) == []
