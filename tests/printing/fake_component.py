"""A print component of our own: lists printers, takes tasks, and goes wrong in every way asked."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

PRINTER = "快递打印机 1"
Behave = Callable[["PrintComponent", ServerConnection, dict[str, Any]], None]


def listed(*printers: dict[str, str], default: str = PRINTER) -> dict[str, Any]:
    return {"defaultPrinter": default, "printers": list(printers)}


LISTED = listed({"name": PRINTER, "status": "enable", "type": "thermal"})


class PrintComponent:
    """`listing` is what it lists (None: it never answers), `behave` what it does with a task."""

    def __init__(self, behave: Behave, listing: dict[str, Any] | None) -> None:
        self.behave = behave
        self.listing = listing
        self.raw: list[str] = []
        self.tasks: list[dict[str, Any]] = []
        self._server: Server

    def __enter__(self) -> Self:
        self._server = serve(self._serve, "127.0.0.1", 0, max_size=2_000_000)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._server.socket.getsockname()
        return host, port

    def _serve(self, line: ServerConnection) -> None:
        try:
            for message in line:
                said = json.loads(message)
                if said["cmd"] == "getPrinters" and self.listing is not None:
                    self.say(line, {"requestID": said["requestID"], "cmd": "getPrinters",
                                    **self.listing})  # fmt: skip
                elif said["cmd"] == "print":
                    self.raw.append(str(message))
                    self.tasks.append(said["task"])
                    self.behave(self, line, said)
        except ConnectionClosed:
            return

    @staticmethod
    def say(line: ServerConnection, said: Any) -> None:
        line.send(said if isinstance(said, str) else json.dumps(said))


def accepted(said: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"cmd": "print", "requestID": said["requestID"], "taskID": said["task"]["taskID"],
            "status": "success", **more}  # fmt: skip


def told(said: dict[str, Any], task_status: str, status: str = "success", **more: Any) -> Any:
    task = said["task"]
    papers = [{"documentID": d["documentID"], "status": status, **more} for d in task["documents"]]
    return {"cmd": "notifyPrintResult", "requestID": "its own", "printer": task["printer"],
            "taskID": task["taskID"], "taskStatus": task_status, "printStatus": papers}  # fmt: skip


def saying(*made: Callable[[dict[str, Any]], Any]) -> Behave:
    """Answer a task by these messages, one after the other."""

    def behave(component: PrintComponent, line: ServerConnection, said: dict[str, Any]) -> None:
        for make in made:
            component.say(line, make(said))

    return behave


def then_gone(behave: Behave) -> Behave:
    def behaved(component: PrintComponent, line: ServerConnection, said: dict[str, Any]) -> None:
        behave(component, line, said)
        line.close()

    return behaved


PRINTS = saying(accepted, lambda said: told(said, "rendered"), lambda said: told(said, "printed"))


class StopsReading:
    """Shakes hands, lists its printer, and never reads another byte."""

    def __enter__(self) -> Self:
        self._door = socket.create_server(("127.0.0.1", 0))
        self._door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._door.close()

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._door.getsockname()
        return host, port

    def _serve(self) -> None:
        line, _ = self._door.accept()
        with line:
            head = line.recv(4096).decode()
            key = next(
                r.split(": ")[1]
                for r in head.split("\r\n")
                if r.lower().startswith("sec-websocket-key")
            )
            magic = (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()
            proof = base64.b64encode(hashlib.sha1(magic, usedforsecurity=False).digest()).decode()
            line.sendall(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Accept: {proof}\r\n\r\n".encode()
            )
            frame = line.recv(4096)
            mask, masked = frame[2:6], frame[6:]
            asked = json.loads(bytes(b ^ mask[i % 4] for i, b in enumerate(masked)))
            answer = json.dumps(
                {"cmd": "getPrinters", "requestID": asked["requestID"]} | LISTED, ensure_ascii=True
            ).encode()
            line.sendall(b"\x81\x7e" + struct.pack("!H", len(answer)) + answer)
            self._over.wait()
