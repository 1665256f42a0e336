"""The printer of the IPP working group itself, where it is installed: ours is no judge of its own.

It wants a bus and a name service before it starts, so it gets ones of its own on the loopback.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from printing.addresses import Allowed
from printing.discovery import Found, printers_in
from printing.errors import TransportError
from printing.media import STOCKS
from printing.renderers.pdf import render
from printing.samples import waybill
from printing.transports import Condition, Reason
from printing.transports.ipp import IppTransport
from printing.transports.mdns import PORT, browse
from tests.waiting import until

PROGRAMS = ("ippeveprinter", "avahi-daemon", "dbus-daemon")
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
MISSING = [program for program in PROGRAMS if shutil.which(program, path=PATH) is None]
PDF = render(waybill(), STOCKS["76x130"])
BUS = """<busconfig><type>system</type><listen>unix:path={folder}/bus</listen>
<auth>ANONYMOUS</auth><allow_anonymous/><policy context="default"><allow user="*"/><allow own="*"/>
<allow send_type="method_call"/><allow send_type="signal"/><allow send_requested_reply="true"/>
<allow receive_type="method_call"/><allow receive_type="signal"/>
<allow receive_type="method_return"/><allow receive_type="error"/></policy></busconfig>
"""
NAMES = """[server]
use-ipv6=no
allow-interfaces=lo
[publish]
publish-hinfo=no
publish-workstation=no
"""
ATTRIBUTES = """ATTR keyword media-default om_76x130mm_76x130mm
ATTR keyword media-ready om_76x130mm_76x130mm
ATTR keyword media-supported om_76x130mm_76x130mm,iso_a4_210x297mm
ATTR mimeMediaType document-format-supported application/pdf,application/octet-stream
"""
# Prints into the folder; while there is a file called `empty` it is out of paper.
PRINTS = """#!/bin/sh
while [ -e "{folder}/empty" ]; do echo "STATE: +media-empty-error" >&2; sleep 0.1; done
echo "STATE: -media-empty-error" >&2
cp "$1" "{folder}/paper.$$.pdf"
echo "ATTR: job-impressions-completed=1" >&2
"""

pytestmark = pytest.mark.skipif(
    bool(MISSING),
    reason=f"no real IPP printer to judge us: {', '.join(MISSING)} missing"
    " (Debian: apt install cups-ipp-utils avahi-daemon dbus)",
)


@dataclass
class Real:
    """The running printer: its papers are the files in `folder`."""

    folder: Path
    port: int

    def to(self, **times: Any) -> IppTransport:
        return IppTransport(
            address=("127.0.0.1", self.port), uri=f"ipp://localhost:{self.port}/ipp/print",
            path="/ipp/print", media=STOCKS["76x130"], **times,
        )  # fmt: skip

    def take_paper_out(self) -> None:
        (self.folder / "empty").touch()

    def put_paper_in(self) -> None:
        (self.folder / "empty").unlink(missing_ok=True)

    def papers(self) -> list[bytes]:
        return [path.read_bytes() for path in self.folder.glob("paper.*.pdf")]


@pytest.fixture
def real() -> Iterator[Real]:
    with ExitStack() as closing:
        # A machine has one name service at a time, and the suite may run in several processes.
        lock = closing.enter_context((Path(tempfile.gettempdir()) / "fahuo-ipp.lock").open("w"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        # The bus is a socket, and the path of a socket is short.
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="ipp-")))
        for name, text in (("bus.conf", BUS), ("names.conf", NAMES), ("attributes", ATTRIBUTES)):
            (folder / name).write_text(text.format(folder=folder))
        command = folder / "prints"
        command.write_text(PRINTS.format(folder=folder))
        command.chmod(0o755)
        (folder / "spool").mkdir()
        environment = {
            "PATH": PATH, "HOME": str(folder),
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder}/bus",
        }  # fmt: skip

        def start(*words: str, is_up: Callable[[], bool]) -> None:
            log = folder / f"{words[0]}.log"
            with log.open("wb") as out:
                process = subprocess.Popen(words, stdout=out, stderr=out, env=environment)
            closing.callback(process.wait, 10)
            closing.callback(process.terminate)
            if not until(lambda: is_up() or process.poll() is not None) or not is_up():
                pytest.skip(f"{words[0]} does not start here: {log.read_text()[-300:]}")

        start("dbus-daemon", f"--config-file={folder}/bus.conf", "--nofork", "--nopidfile",
              is_up=(folder / "bus").exists)  # fmt: skip
        start("avahi-daemon", "--no-drop-root", "--no-chroot", "--no-rlimits",
              "-f", f"{folder}/names.conf",
              is_up=lambda: "complete" in (folder / "avahi-daemon.log").read_text())  # fmt: skip
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        start("ippeveprinter", "-a", f"{folder}/attributes", "-c", str(command),
              "-d", f"{folder}/spool", "-p", str(port), "-n", "localhost", "Bench",
              is_up=lambda: is_listening(port))  # fmt: skip
        yield Real(folder, port)
        (folder / "empty").unlink(missing_ok=True)


def is_listening(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def test_a_paper_is_printed_as_it_is(real: Real):
    assert real.to().look() == Condition()
    real.to().send(PDF, "waybill-1")
    assert real.papers() == [PDF]


def test_a_second_paper_waits_its_turn_and_paper_out_is_told(real: Real):
    heard: list[Condition] = []
    real.take_paper_out()
    first = threading.Thread(target=real.to().send, args=(PDF, "waybill-1", heard.append))
    first.start()
    assert until(lambda: real.to().look().reason == Reason.BUSY)
    with pytest.raises(TransportError) as busy:
        real.to().send(PDF, "waybill-2")
    assert (busy.value.before_first_byte, busy.value.reason) == (True, Reason.BUSY)
    assert until(lambda: bool(heard))
    assert real.papers() == []
    real.put_paper_in()
    first.join(90)
    assert heard[0].reason == Reason.PAPER_OUT
    assert real.papers() == [PDF]


def test_a_paper_that_does_not_come_is_unknown_and_says_why(real: Real):
    real.take_paper_out()
    heard: list[Condition] = []
    # Time is over as soon as the printer has said what is the matter, however long that takes it.
    waiting = real.to(monotonic=lambda: 999.0 if heard else 0.0)
    with pytest.raises(TransportError) as caught:
        waiting.send(PDF, "waybill-1", heard.append)
    assert (caught.value.before_first_byte, caught.value.reason) == (False, Reason.PAPER_OUT)


def test_paper_it_does_not_hold_is_refused_before_the_first_byte(real: Real):
    stock = STOCKS["100x180"]
    transport = IppTransport(
        address=("127.0.0.1", real.port), uri=f"ipp://localhost:{real.port}/ipp/print",
        path="/ipp/print", media=stock,
    )  # fmt: skip
    with pytest.raises(TransportError) as caught:
        transport.send(render(waybill(), stock), "waybill-1")
    assert (caught.value.before_first_byte, caught.value.reason) == (True, Reason.CONFIGURATION)
    assert real.papers() == []


def test_it_is_found_by_the_name_service(real: Real):
    allowed = Allowed.of(["127.0.0.0/8"], [real.port])
    found: list[Found] = []

    def look() -> bool:
        found[:] = printers_in(browse(1.0, group=("127.0.0.1", PORT)), allowed)
        return bool(found)

    assert until(look)
    assert [(f.kind, f.name, f.address) for f in found] == [
        ("ipp", "Bench", f"ipp://127.0.0.1:{real.port}/ipp/print")
    ]
