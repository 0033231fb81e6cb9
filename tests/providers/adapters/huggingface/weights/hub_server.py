"""A small Hub on loopback: metadata and files of repositories that are folders, and the ways a real one says no."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

REVISION = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class FakeHub:
    repositories: dict[str, Path] = field(default_factory=dict)
    gated: set[str] = field(default_factory=set)
    forged: set[str] = field(default_factory=set)
    """Repositories whose files are not what their metadata say."""
    asked: list[str] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    url: str = ""

    def metadata(self, name: str) -> dict[str, object]:
        siblings = []
        for file in sorted(file for file in self.repositories[name].rglob("*") if file.is_file()):
            inside = file.relative_to(self.repositories[name]).as_posix()
            row: dict[str, object] = {"rfilename": inside, "size": file.stat().st_size}
            if file.suffix in {".safetensors", ".gguf", ".bin"}:
                content = b"other" if name in self.forged else file.read_bytes()
                row["lfs"] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 1}
            siblings.append(row)
        gated = "auto" if name in self.gated else False
        card = {"license": "apache-2.0"}
        return {"id": name, "sha": REVISION, "siblings": siblings, "gated": gated, "cardData": card, "tags": []}


def _handler(hub: FakeHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def answer(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def do_GET(self) -> None:
            hub.asked.append(self.path)
            hub.keys.append(self.headers.get("Authorization"))
            parts = self.path.split("?")[0].strip("/").split("/")
            name = "/".join(parts[2:4] if parts[0] == "api" else parts[:2])
            if parts[0] == "portal":
                self.answer(200, b"<title>Log in</title>", Content_Type="text/html")
            elif parts == ["api", "models"]:
                self.answer(200, b"[]", Content_Type="application/json")
            elif name not in hub.repositories:
                self.answer(404, b"", X_Error_Code="RepoNotFound")
            elif parts[0] == "api":
                self.answer(200, json.dumps(hub.metadata(name)).encode(), Content_Type="application/json")
            elif name in hub.gated and self.headers.get("Authorization") != "Bearer hf_member":
                self.answer(403, b"", X_Error_Code="GatedRepo")
            else:
                content = hub.repositories[name].joinpath(*parts[4:]).read_bytes()  # after owner/name/resolve/revision
                etag = hashlib.sha256(content).hexdigest()
                self.answer(200, content, ETag=f'"{etag}"', X_Repo_Commit=REVISION)

        do_HEAD = do_GET  # noqa: N815 - the base class's name

    return Handler


@contextmanager
def serve() -> Iterator[FakeHub]:
    hub = FakeHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield hub
    server.shutdown()
    server.server_close()
    thread.join()
