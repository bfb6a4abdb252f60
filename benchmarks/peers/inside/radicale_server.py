"""Serves Radicale on a free port, in Radicale's environment: radicale_server.py FOLDER KEEPS."""

import io
import sys
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from radicale import config  # type: ignore[import-not-found]
from radicale.app import Application  # type: ignore[import-not-found]

App = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Silent(WSGIRequestHandler):
    """Logs nothing."""

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


def storing(app: App, keeps: str) -> App:
    """The server, or one that stores another value than it is sent, and says yes."""
    sent, _, stored = keeps.partition("=")

    def answering(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if sent and environ["REQUEST_METHOD"] == "PUT":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            body = body.replace(sent.encode(), stored.encode())
            environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        return app(environ, start)

    return answering


def main() -> None:
    """Serve until somebody ends it."""
    settings = config.load()
    settings.update(
        {
            "auth": {"type": "none"},
            "storage": {"filesystem_folder": sys.argv[1]},
            "logging": {"level": "critical"},
        },
        "peers",
    )
    app = storing(Application(settings), sys.argv[2])
    with make_server("127.0.0.1", 0, app, handler_class=Silent) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
