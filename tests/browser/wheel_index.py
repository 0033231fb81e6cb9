"""A package index on loopback whose wheels can stop halfway, so that what is done meanwhile can be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread


@dataclass
class WheelIndex:
    """The wheels of a folder. Those with `held` in their names stop halfway: `reached` is set, until `released` is."""

    folder: Path
    url: str = ""
    held: str = ""
    fetched: list[str] = field(default_factory=list)
    reached: Event = field(default_factory=Event)
    released: Event = field(default_factory=Event)

    def times(self, part: str) -> int:
        """How often a wheel of that name was asked for."""
        return sum(part in name for name in self.fetched)


def _handler(index: WheelIndex) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def head(self, kind: str, length: int) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(length))
            self.end_headers()

        def do_GET(self) -> None:
            *_, place, name = self.path.rstrip("/").split("/")
            if place == "simple":
                files = index.folder.glob(f"{name.replace('-', '_')}-*.whl")
                page = "".join(f'<a href="/wheels/{file.name}">{file.name}</a>' for file in files).encode()
                self.head("text/html", len(page))
                self.wfile.write(page)
                return
            content = (index.folder / name).read_bytes()
            index.fetched.append(name)
            self.head("application/octet-stream", len(content))
            half = len(content) // 2
            self.wfile.write(content[:half])
            if index.held and index.held in name:
                index.reached.set()
                index.released.wait()
            try:
                self.wfile.write(content[half:])
            except OSError:  # whoever asked was ended meanwhile
                return

    return Handler


@contextmanager
def serving_wheels(folder: Path) -> Iterator[WheelIndex]:
    index = WheelIndex(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(index))
    index.url = f"http://127.0.0.1:{server.server_address[1]}/simple"
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield index
    index.released.set()
    server.shutdown()
    server.server_close()
    thread.join()
