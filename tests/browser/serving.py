"""An application behind a real socket on loopback, for as long as a test needs it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wsgi import ClosingIterator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@contextmanager
def serve(app: Flask) -> Iterator[str]:
    """Serve the application and yield its address."""
    server = make_server("127.0.0.1", 0, in_one_piece(app), threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Quiet(WSGIRequestHandler):
    def log_request(self, *_args: object) -> None:
        pass


def in_one_piece(app: WSGIApplication) -> WSGIApplication:
    """Have an answer read and closed before it is sent.

    The test server reads what is left of a request before it closes the answer, and where the
    browser has hung up by then it never does: the file behind the answer would stay open.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with closing(ClosingIterator(app(environ, start_response))) as parts:
            return [b"".join(parts)]

    return answer
