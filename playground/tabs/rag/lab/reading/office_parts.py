"""The parts of a Word, PowerPoint or Excel file, and which belongs to which; tolerant of damage."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element as Element


def relationships(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """By their name: the last word of their type, and the part that they lead to."""
    folder, name = posixpath.split(part)
    listed = posixpath.join(folder, "_rels", f"{name}.rels")
    if listed not in archive.NameToInfo:
        return {}
    found = {}
    for one in elements(archive, listed, "Relationship"):
        target = posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/")
        found[one.get("Id", "")] = (one.get("Type", "").rsplit("/", 1)[-1], target)
    return found


def elements(archive: zipfile.ZipFile, part: str, name: str) -> Iterator[Element]:
    """The elements of that name in a part; none of one that is damaged, so that what was read of the document stays."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(archive.read(part), parser)
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, etree.XMLSyntaxError):
        return
    if root is not None:
        yield from (one for one in root.iter() if local_name(one.tag) == name)


def local_name(name: object) -> str:
    """Without its namespace; empty for comments."""
    return name.rpartition("}")[2] if isinstance(name, str) else ""
