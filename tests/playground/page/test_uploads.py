"""Files that a browser uploads, for every tab."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from gradio.utils import get_upload_folder

from playground.asking.upload import Upload
from playground.page.parts import uploads
from providers.errors import InputError
from tests.virtual_time import virtual


class TestUploads:
    def put(self, content: bytes = b"hello", name: str = "a.txt") -> Path:
        folder = Path(get_upload_folder()) / "test-rag-upload"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        return folder / name

    @virtual
    async def test_it_is_read_and_then_deleted(self):
        path = self.put()
        assert await uploads.take([str(path)], kept=0.01) == (Upload(name="a.txt", content=b"hello"),)
        await asyncio.sleep(0.2)
        assert not path.exists()

    @virtual
    async def test_the_same_file_uploaded_once_more_meanwhile_stays(self):
        path = self.put(name="b.txt")
        await uploads.take([str(path)], kept=0.05)
        os.utime(path, ns=(1, path.stat().st_mtime_ns + 1_000_000))
        await asyncio.sleep(0.2)
        assert path.exists()
        path.unlink()

    @virtual
    async def test_too_many_at_once_are_refused_and_deleted(self):
        paths = [self.put(name=f"many-{number}.txt") for number in range(101)]
        with pytest.raises(InputError, match="files"):
            await uploads.take([str(path) for path in paths], kept=0.01)
        await asyncio.sleep(0.3)
        assert not any(path.exists() for path in paths)

    @pytest.mark.parametrize("paths", ["app.py", ["/etc/passwd"], ["https://example.org/a.pdf"], [3], {"path": "x"}, 3])
    async def test_what_was_not_uploaded_is_refused(self, paths):
        with pytest.raises(InputError):
            await uploads.take(paths)

    async def test_a_link_out_of_the_folder_is_refused(self, tmp_path):
        (tmp_path / "secret").write_text("secret")
        link = self.put().parent / "link.txt"
        link.unlink(missing_ok=True)
        link.symlink_to(tmp_path / "secret")
        with pytest.raises(InputError):
            await uploads.take([str(link)])
        link.unlink()

    @pytest.mark.parametrize("files_", ["a.txt", ["a.txt"], [{"url": "x"}], [{"path": 3}], 7])
    def test_endpoints_take_only_file_values(self, files_):
        with pytest.raises(InputError):
            uploads.paths_of(files_)

    @pytest.mark.parametrize(("name", "made"), [("notes", "notes.txt"), (" a  b.md ", "a b.md"), ("", "text.txt")])
    def test_a_pasted_text_is_a_file(self, name, made):
        assert uploads.text_upload(name, "ñ") == Upload(name=made, content="ñ".encode())
