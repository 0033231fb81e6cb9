"""The parser processes: what they give, what they may not do, and what happens when one dies."""

import asyncio
import hashlib
import io
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from playground.asking.upload import Rejected, Upload
from playground.tabs.rag.lab.bounds import DocumentBounds
from playground.tabs.rag.lab.documents import Document
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.parsing import Parsers
from playground.tabs.rag.lab.parsing.reply import check_reply
from playground.tabs.rag.lab.parsing.worker import Died, ParserTask, TooSlow, Worker
from playground.tabs.rag.lab.reading import wire
from playground.tabs.rag.lab.reading.file_names import safe_name
from playground.text import texts

from .hostile import FILES, real, zipped

ROOT = Path(__file__).parents[5]
SLOW = b"a," * 100 + b"\n" + (b"1," * 100 + b"\n") * 80_000
"""A table that takes several seconds."""


@pytest.fixture(scope="module")
def worker():
    """A process that outlives one file, for tests of what it is."""
    one = Worker(DocumentBounds())
    yield one
    one.kill()


@pytest.fixture(scope="module")
def parsers():
    """With the usual bounds, shared: a process takes most of a second to start."""
    shared = Parsers()
    yield shared
    asyncio.run(shared.aclose())


def pid_of(worker: Worker) -> int:
    worker.ask(ParserTask("a.txt", b"hello"))
    assert worker._child is not None
    return worker._child.pid


async def test_real_files_come_back_whole(parsers):
    for path in sorted(FILES.glob("libreoffice.*")):
        (found,) = await parsers.parse(Upload(path.name, path.read_bytes()))
        assert isinstance(found, Document), found
        assert found.name == path.name and found.format == path.suffix[1:] and found.language == "es"
        assert found.digest == hashlib.sha256(path.read_bytes()).hexdigest()
        assert found.size == path.stat().st_size
        assert found.characters > 100 and found.pages[0].text


async def test_a_zip_gives_each_of_its_files(parsers):
    inside = {
        "notes/a.txt": "¿Qué hay aquí?".encode(),
        "b.pdf": real("libreoffice.pdf"),
        "c.docx": real("pandoc.docx")[:5000],
        "d.zip": zipped({"e.txt": b"inside"}),
        "locked.pdf": real("libreoffice_encrypted.pdf"),
        "../../etc/f.md": b"# Escaped?",
        "__MACOSX/._a.txt": b"left by a system",
        ".DS_Store": b"left by a system",
    }
    found = await parsers.parse(Upload("all.zip", zipped(inside)))
    assert [one.name for one in found] == ["notes/a.txt", "b.pdf", "c.docx", "d.zip", "locked.pdf", "etc/f.md"]
    failures = {one.name: one.failure.key for one in found if isinstance(one, Rejected)}
    assert failures == {
        "c.docx": "document_error.damaged",
        "d.zip": "document_error.archive",
        "locked.pdf": "document_error.encrypted",
    }


async def test_an_archive_is_bounded():
    async with Parsers(DocumentBounds(archive_files=3, archive_bytes=1000, file_bytes=600)) as parsers:
        for content, reason in [
            (zipped({f"{n}.txt": b"x" for n in range(4)}), "too_many_files"),
            (zipped({"a.txt": b"x" * 599, "b.txt": b"x" * 599}), "expands"),
            (zipped({}), "empty"),
            (zipped({"a.txt": b"hello"})[:60], "damaged"),
        ]:
            (found,) = await parsers.parse(Upload("a.zip", content))
            assert isinstance(found, Rejected) and found.failure.key == f"document_error.{reason}"
        large, small = await parsers.parse(Upload("a.zip", zipped({"a.txt": b"x" * 601, "b.txt": b"hello"})))
        assert isinstance(large, Rejected) and large.failure.key == "document_error.too_large"
        assert isinstance(small, Document)


@pytest.mark.parametrize(
    ("bounds", "name", "reason"),
    [
        (DocumentBounds(file_bytes=100), "libreoffice.pdf", "too_large"),
        (DocumentBounds(pages=1), "chromium_columns.pdf", "too_many_pages"),
        (DocumentBounds(pages=3), "pandoc.pptx", "too_many_pages"),
        (DocumentBounds(pages=2), "libreoffice.xlsx", "too_many_pages"),
        (DocumentBounds(characters=100), "libreoffice.pdf", "too_long"),
        (DocumentBounds(characters=100), "guide.md", "too_long"),
        (DocumentBounds(expanded_bytes=10_000), "pandoc.docx", "expands"),
        (DocumentBounds(), "chromium_scanned.pdf", "scanned"),
        (DocumentBounds(), "chromium_picture.png", "scanned"),
        (DocumentBounds(), "libreoffice_encrypted.pdf", "encrypted"),
        (DocumentBounds(), "encrypted.docx", "encrypted"),
        (DocumentBounds(), "pandoc.odt", "unsupported"),
    ],
)
async def test_a_file_beyond_a_bound_is_named(bounds, name, reason, parsers):
    if bounds == DocumentBounds():
        (found,) = await parsers.parse(Upload(name, real(name)))
    else:
        async with Parsers(bounds) as own:
            (found,) = await own.parse(Upload(name, real(name)))
    assert isinstance(found, Rejected) and found.name == name
    assert found.failure.key == f"document_error.{reason}"
    for language in ("en", "es"):
        message, hint = (
            texts().text(language, f"error.{found.failure.key}.{part}", **found.failure.values)
            for part in ("message", "hint")
        )
        assert name in message and hint and "{" not in message + hint


def test_a_parser_process_loads_no_model_and_no_page():
    """Not even when it has read a file of every format."""
    program = f"""
import sys
sys.path[:] = {sys.path!r}
from pathlib import Path
from playground.tabs.rag.lab.bounds import DocumentBounds
from playground.tabs.rag.lab.reading import program, read
for path in sorted(Path({str(FILES)!r}).iterdir()):
    read.read_file(path.name, path.read_bytes(), read.ReadOptions(DocumentBounds(), False, False))
read.read_file("a.csv", b"a,b", read.ReadOptions(DocumentBounds(), False, False))
print(*sys.modules)
"""
    told = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in told.stdout.split()}
    assert {"pypdfium2", "docx", "pptx", "openpyxl", "trafilatura"} <= loaded
    assert not loaded & {"torch", "gradio", "transformers", "chromadb", "sentence_transformers", "cv2", "onnxruntime"}


def test_the_page_does_not_load_what_parsers_need():
    program = f"import sys; sys.path[:] = {sys.path!r}\nimport playground.tabs.rag.lab.parsing\n"
    program += "from playground.tabs.rag.lab.loaders import suffixes; suffixes(); print(*sys.modules)"
    told = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in told.stdout.split()}
    assert not loaded & {"pypdfium2", "docx", "pptx", "openpyxl", "trafilatura", "py3langid", "lxml", "PIL", "numpy"}


def test_its_memory_is_bounded_and_its_environment_empty(worker, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-parsers")
    worker.kill()
    proc = Path(f"/proc/{pid_of(worker)}")
    limits = {line[:25].strip(): line[25:].split()[:2] for line in (proc / "limits").read_text().splitlines()}
    assert limits["Max address space"] == [str(512 * 2**20)] * 2
    assert limits["Max file size"] == ["0", "0"] and limits["Max core file size"] == ["0", "0"]
    assert b"sk-not-for-parsers" not in (proc / "environ").read_bytes()
    status = dict(line.split(":\t", 1) for line in (proc / "status").read_text().splitlines())
    assert int(status["VmPeak"].split()[0]) < 400 * 1024
    assert int(status["Threads"]) == 1


CONFINED = """
import os, sys
sys.path[:] = {path!r}
from playground.tabs.rag.lab.reading import confine
import ctypes, socket, subprocess
libc = ctypes.CDLL(None, use_errno=True)
confine.leave_network()
confine.confine(512 * 2**20)
refused = []
for name, attempt in {{
    "connect": lambda: socket.create_connection(("127.0.0.1", {port}), 2),
    "resolve": lambda: socket.getaddrinfo("localhost", 80),
    "run": lambda: subprocess.run(["true"]),
    "system": lambda: os.system("true"),
    "fork": os.fork,
    "write": lambda: open({target!r}, "w"),
    "append": lambda: os.open({target!r}, os.O_WRONLY | os.O_APPEND),
    "remove": lambda: os.remove({target!r}),
    "memory": lambda: bytearray(600 * 2**20),
}}.items():
    try:
        attempt()
    except (OSError, MemoryError) as error:
        refused.append(name)
print(*refused)
"""


def test_it_can_neither_connect_nor_run_nor_write_nor_grow(tmp_path):
    target = tmp_path / "kept.txt"
    target.write_text("kept")
    with socket.create_server(("127.0.0.1", 0)) as server:
        filled = CONFINED.format(path=sys.path, port=server.getsockname()[1], target=str(target))
        told = subprocess.run([sys.executable, "-I", "-c", filled], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["connect", "resolve", "run", "system", "fork", "write", "append", "remove", "memory"]
    assert target.read_text() == "kept"


def test_a_process_is_used_again_and_replaced_in_time():
    worker = Worker(DocumentBounds(process_files=3))
    try:
        first = pid_of(worker)
        assert worker._child is not None and pid_of(worker) == first
        worker.ask(ParserTask("a.txt", b"the third"))
        assert worker._child is None
        assert pid_of(worker) != first
    finally:
        worker.kill()


async def test_a_process_that_died_between_files_is_replaced_unseen(parsers):
    await parsers.parse(Upload("a.txt", b"hello"))
    child = parsers._plain._workers[0]._child
    assert child is not None
    os.kill(child.pid, 9)
    (found,) = await parsers.parse(Upload("a.txt", b"hello"))
    assert isinstance(found, Document)


def test_a_process_that_is_killed_while_it_reads_says_so():
    worker = Worker(DocumentBounds())
    try:
        pid_of(worker)
        threading.Timer(0.3, worker.end).start()
        with pytest.raises(Died):
            worker.ask(ParserTask("slow.csv", SLOW))
        assert worker.ask(ParserTask("a.txt", b"hello"))[0]
    finally:
        worker.kill()


async def test_a_file_that_takes_too_long_is_stopped_and_the_others_go_on():
    async with Parsers(DocumentBounds(seconds=0.6)) as parsers:
        slow, quick = await parsers.parse(Upload("a.zip", zipped({"slow.csv": SLOW, "quick.txt": b"hello"})))
    assert isinstance(slow, Rejected) and slow.failure.key == "document_error.too_slow"
    assert slow.failure.values == {"seconds": 0.6, "file": "slow.csv"}
    assert isinstance(quick, Document)


def test_time_is_over_for_the_process_even_if_its_owner_is_gone():
    program = f"import sys; sys.path[:] = {sys.path!r}\nfrom playground.tabs.rag.lab.reading import confine\n"
    program += "confine.end_after(0.2)\nwhile True: pass"
    assert subprocess.run([sys.executable, "-I", "-c", program], check=False).returncode == -14


async def test_cancelling_kills_the_process_behind_it():
    async with Parsers() as parsers:
        await parsers.parse(Upload("a.txt", b"hello"))
        child = parsers._plain._workers[0]._child
        assert child is not None
        task = asyncio.create_task(parsers.parse(Upload("slow.csv", SLOW)))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(child.wait) != 0
        (found,) = await parsers.parse(Upload("b.txt", b"hello again"))
        assert isinstance(found, Document)


async def test_many_at_once_share_the_processes():
    async with Parsers(workers=2) as parsers:
        uploads = [Upload(f"{n}.txt", f"text number {n}".encode()) for n in range(30)]
        found = await asyncio.gather(*(parsers.parse(upload) for upload in uploads))
        used = {worker._child.pid for worker in parsers._plain._workers if worker._child is not None}
        assert [one[0].pages[0].text for one in found] == [f"text number {n}" for n in range(30)]
        assert 1 <= len(used) <= 2
    assert all(worker._child is None for worker in parsers._plain._workers)


def test_a_reply_is_data_and_is_checked():
    good = b'{"format":"text","pages":[{"number":1,"text":"ab","label":"","headings":[],"read":false}]}'
    assert check_reply(good, [], DocumentBounds()).pages[0].text == "ab"
    for bad in (
        b"\x80\x04\x95pickle",
        b"[]",
        b"{}",
        good.replace(b'"number":1', b'"number":2'),
        good.replace(b'"number":1', b'"number":"1"'),
        good.replace(b'"read":false', b'"read":false,"extra":1'),
        good.replace(b'"headings":[]', b'"headings":[{"start":9,"text":"x","level":1}]'),
        good.replace(b'"format":"text"', b'"format":"../../x"'),
        b'{"failure":"missing_key","values":{}}',
        b'{"members":[{"name":"a"}]}',
    ):
        with pytest.raises(Died):
            check_reply(bad, [], DocumentBounds())
    with pytest.raises(Died):
        check_reply(good, [], DocumentBounds(characters=1))


def test_frames_are_bounded():
    stream = io.BytesIO()
    wire.send(stream, {"a": "ñ"}, [b"one", b""])
    written = stream.getvalue()
    assert wire.receive(io.BytesIO(written), 100) == ('{"a": "ñ"}'.encode(), [b"one", b""])
    for broken, most in ((written[:-9], 100), (written, 5), (b"\xff" * 12, 100), (b"", 100)):
        with pytest.raises(wire.Broken):
            wire.receive(io.BytesIO(broken), most)


def test_names_are_safe_to_show():
    assert safe_name("..\\..\\a/./b\u202egnp.txt") == "a/bgnp.txt"
    assert safe_name("/etc/passwd\n") == "etc/passwd"
    assert safe_name("\x00") == "?" and len(safe_name("x" * 999)) == 200


def test_too_slow_and_died_are_told_apart():
    assert not issubclass(TooSlow, Died) and {"too_slow", "crashed"} <= set(UnreadableDocument.reasons)
