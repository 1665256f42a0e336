"""A real print server where it is installed: papers once, paper out, held, stopped, taken back.

It runs as an ordinary process of its own, with its settings, its spool and its port in a folder of
the test, and prints into a folder by a backend of ours.
"""

from __future__ import annotations

import getpass
import grp
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from printing.errors import TransportError
from printing.media import STOCKS
from printing.renderers.pdf import render
from printing.samples import waybill
from printing.transports import HARMLESS, Condition, Reason
from printing.transports.ipp import IppTransport
from printing.transports.ipp_wire import URI, request
from tests.waiting import until

PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
CUPSD = shutil.which("cupsd", path=PATH)
PARTS = Path("/usr/lib/cups/daemon")  # what it starts its own programs with
STOCK = STOCKS["76x130"]
PDF = render(waybill(), STOCK)
# What a person does at the server; its numbers for that (RFC 8011, RFC 3998, and its own).
PAUSE, HOLD_NEW, REJECT = 0x0010, 0x0025, 0x4009
FILES = """ServerRoot {folder}/root
ServerBin {folder}/bin
DataDir {folder}/data
DocumentRoot {folder}/data
RequestRoot {folder}/spool
TempDir {folder}/spool/tmp
CacheDir {folder}/cache
StateDir {folder}/state
AccessLog {folder}/access
PageLog {folder}/page
ErrorLog {folder}/error
User {user}
Group {group}
"""
SERVER = """Listen 127.0.0.1:{port}
LogLevel debug
Browsing No
WebInterface No
DefaultAuthType None
<Location />
Order allow,deny
Allow all
</Location>
<Policy default>
<Limit All>
Order deny,allow
</Limit>
</Policy>
"""
QUEUE = """<Printer label>
Info label
DeviceURI ours:/label
State Idle
Accepting Yes
Shared Yes
JobSheets none none
ErrorPolicy retry-job
OpPolicy default
</Printer>
"""
TYPES = "application/pdf pdf string(0,%PDF)\napplication/octet-stream\n"
SIZES = (
    ("w215h369", "215.43 368.50", "<</PageSize[215.43 368.50]>>setpagedevice"),
    ("A4", "595 842", "<</PageSize[595 842]>>setpagedevice"),
)
DRIVER = """*PPD-Adobe: "4.3"
*FormatVersion: "4.3"
*FileVersion: "1.0"
*LanguageVersion: English
*LanguageEncoding: ISOLatin1
*PCFileName: "LABEL.PPD"
*Manufacturer: "Ours"
*Product: "(Label)"
*ModelName: "Label"
*ShortNickName: "Label"
*NickName: "Label"
*PSVersion: "(3010.000) 0"
*LanguageLevel: "3"
*ColorDevice: False
*DefaultColorSpace: Gray
*FileSystem: False
*cupsFilter2: "application/pdf application/pdf 0 -"
"""
# Prints into the folder; while there is a file called `empty` it is out of paper. Like a real one
# it takes its time to let go of a paper taken back, and the server repeats its last word meanwhile.
BACKEND = """#!/bin/sh
[ $# = 0 ] && exit 0
trap 'sleep 1; exit 1' TERM
while [ -e "{folder}/empty" ]; do echo "STATE: +media-empty-error" >&2; sleep 0.1; done
echo "STATE: -media-empty-error" >&2
cat "${{6:--}}" > "{folder}/papers/$1.copies$4.pdf"
"""

pytestmark = pytest.mark.skipif(
    CUPSD is None or not PARTS.is_dir(),
    reason="no print server to judge us: cupsd missing (Debian: apt install cups-daemon)",
)


@dataclass
class Server:
    """The running server: its papers are files in a folder, named by job and copies."""

    folder: Path
    port: int

    def to(self, **times: Any) -> IppTransport:
        return IppTransport(
            address=("127.0.0.1", self.port), uri=self._uri, path="/printers/label",
            media=STOCK, **times,
        )  # fmt: skip

    @property
    def _uri(self) -> str:
        return f"ipp://127.0.0.1:{self.port}/printers/label"

    def do(self, operation: int) -> None:
        """Do what a person does at the server."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        body = request(operation, 1, [(URI, "printer-uri", self._uri)], ())
        connection.request("POST", "/admin/", body, {"Content-Type": "application/ipp"})
        answer = connection.getresponse().read()
        connection.close()
        assert int.from_bytes(answer[2:4]) < 0x0400, hex(int.from_bytes(answer[2:4]))

    def take_paper_out(self) -> None:
        (self.folder / "empty").touch()

    def put_paper_in(self) -> None:
        (self.folder / "empty").unlink(missing_ok=True)

    def papers(self) -> list[tuple[str, bytes]]:
        """Return the papers as they came: how many copies were asked for, and the document."""
        found = sorted((self.folder / "papers").glob("*.pdf"))
        return [(path.name.split(".")[1], path.read_bytes()) for path in found]


@pytest.fixture
def server() -> Iterator[Server]:
    # The folders are those of whoever prints; a root must hand printing to somebody else.
    user = "lp" if os.geteuid() == 0 else getpass.getuser()
    group = "lp" if os.geteuid() == 0 else grp.getgrgid(os.getegid()).gr_name
    with TemporaryDirectory(prefix="cups-") as name, socket.create_server(("127.0.0.1", 0)) as free:
        folder, port = Path(name), free.getsockname()[1]
        free.close()
        _lay_out(folder, port, user, group)
        log = (folder / "out").open("wb")
        process = subprocess.Popen(
            [str(CUPSD), "-f", "-c", str(folder / "cupsd.conf"), "-s", str(folder / "files.conf")],
            stdout=log, stderr=log,
        )  # fmt: skip
        try:
            until(lambda: is_listening(port) or process.poll() is not None)
            if process.poll() is not None or not is_listening(port):
                said = "".join(
                    p.read_text()[-300:] for p in (folder / "out", folder / "error") if p.exists()
                )
                pytest.skip(f"cupsd does not start here: {said}")
            yield Server(folder, port)
        finally:
            (folder / "empty").unlink(missing_ok=True)
            process.terminate()
            process.wait(10)
            log.close()


def _lay_out(folder: Path, port: int, user: str, group: str) -> None:
    for part in ("root/ppd", "bin/backend", "data/mime", "data/banners", "spool/tmp", "cache",
                 "state", "papers"):  # fmt: skip
        (folder / part).mkdir(parents=True)
    (folder / "bin/daemon").symlink_to(PARTS)
    places = {"folder": folder, "port": port, "user": user, "group": group}
    (folder / "files.conf").write_text(FILES.format(**places))
    (folder / "cupsd.conf").write_text(SERVER.format(**places))
    (folder / "data/mime/ours.types").write_text(TYPES)
    (folder / "data/mime/ours.convs").touch()
    (folder / "root/printers.conf").write_text(QUEUE)
    (folder / "root/ppd/label.ppd").write_text(DRIVER + "".join(_choices()))
    backend = folder / "bin/backend/ours"
    backend.write_text(BACKEND.format(folder=folder))
    backend.chmod(0o755)
    for path in (folder, folder / "papers"):
        path.chmod(0o777)


def _choices() -> Iterator[str]:
    for option in ("PageSize", "PageRegion"):
        yield f"*OpenUI *{option}: PickOne\n*Default{option}: {SIZES[0][0]}\n"
        yield from (f'*{option} {name}/{name}: "{code}"\n' for name, _, code in SIZES)
        yield f"*CloseUI: *{option}\n"
    yield f"*DefaultImageableArea: {SIZES[0][0]}\n*DefaultPaperDimension: {SIZES[0][0]}\n"
    for name, points, _ in SIZES:
        yield f'*ImageableArea {name}: "0 0 {points}"\n*PaperDimension {name}: "{points}"\n'


def is_listening(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def test_papers_come_out_once_each_and_paper_out_is_told(server: Server):
    assert server.to().look() == Condition()
    server.to().send(PDF, "waybill-1")
    assert server.papers() == [("copies1", PDF)]
    heard: list[Condition] = []
    server.take_paper_out()
    second = threading.Thread(target=server.to().send, args=(PDF, "waybill-2", heard.append))
    second.start()
    assert until(lambda: bool(heard))
    assert heard[0].reason == Reason.PAPER_OUT
    assert len(server.papers()) == 1
    server.put_paper_in()
    second.join(90)
    assert server.papers() == [("copies1", PDF)] * 2


def test_a_paper_that_does_not_come_is_taken_back_and_never_comes_later(server: Server):
    server.take_paper_out()
    heard: list[Condition] = []
    # Time is over as soon as the printer has said what is the matter, however long that takes it.
    waiting = server.to(monotonic=lambda: 999.0 if heard else 0.0)
    with pytest.raises(TransportError) as caught:
        waiting.send(PDF, "waybill-1", heard.append)
    assert (caught.value.before_first_byte, caught.value.reason) == (False, Reason.PAPER_OUT)
    server.put_paper_in()
    assert until(lambda: server.to().look().reason in HARMLESS)
    server.to().send(PDF, "waybill-2")
    assert len(server.papers()) == 1


def test_a_held_paper_is_taken_back_and_tried_again(server: Server):
    server.do(HOLD_NEW)
    with pytest.raises(TransportError) as caught:
        server.to(deadline_s=0.5, patience_s=1.0).send(PDF, "waybill-1")
    assert caught.value.before_first_byte
    assert server.papers() == []


@pytest.mark.parametrize(("act", "reason"), [(PAUSE, Reason.PAUSED), (REJECT, Reason.FAULT)])
def test_a_queue_that_is_stopped_or_closed_is_told_before_the_first_byte(
    server: Server, act: int, reason: Reason
):
    server.do(act)
    assert server.to().look().reason == reason
    with pytest.raises(TransportError) as caught:
        server.to().send(PDF, "waybill-1")
    assert (caught.value.before_first_byte, caught.value.reason) == (True, reason)
    assert server.papers() == []
