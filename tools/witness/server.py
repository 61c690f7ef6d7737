"""The witness over HTTP: POST /add-checkpoint; GET / and GET /checkpoint for people and auditors."""

import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .judge import TEXT, Answer, Judge, tell
from .state import BadState

MOST = 100_000  # bytes of a request
SECONDS = 20  # of silence after which a connection is closed


class Server(ThreadingHTTPServer):
    """A witness at an address, or on a socket that somebody else opened."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, judge: Judge, address: tuple[str, int], *, handle: int | None = None) -> None:
        self.judge = judge
        if handle is None:
            super().__init__(address, Handler)
            return
        super().__init__(address, Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = socket.socket(fileno=handle)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])


class Handler(BaseHTTPRequestHandler):
    """One connection, kept open between requests."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "witness", ""
    timeout = SECONDS

    def do_GET(self) -> None:
        judge = self.server.judge
        if self.path == "/":
            self._answer(Answer(200, judge.told()))
        elif self.path == "/checkpoint" and judge.state.note:
            self._answer(Answer(200, judge.state.note))
        else:
            self._answer(Answer(404, "There is / and /checkpoint.\n"))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > MOST:
            self.close_connection = True
            self._answer(Answer(413 if length else 411, "A request has a length, of at most 100000 bytes.\n"))
            return
        body = self.rfile.read(int(length))
        if self.path != "/add-checkpoint":
            self._answer(Answer(404, "There is /add-checkpoint.\n"))
            return
        try:
            self._answer(self.server.judge.add_checkpoint(body.decode()))
        except UnicodeDecodeError:
            self._answer(Answer(400, "This is not text.\n"))
        except (BadState, OSError) as fault:  # what could not be kept is not signed
            tell(f"The state cannot be kept: {fault}")
            self._answer(Answer(503, "The state cannot be kept.\n"))

    def _answer(self, answer: Answer) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.type or TEXT)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        tell(f"{self.address_string()} {format % args}")
