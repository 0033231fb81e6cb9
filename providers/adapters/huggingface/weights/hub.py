"""Models of the Hugging Face Hub: safetensors or one GGUF file, tokenizer, configuration; never code, never pickles."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]  # public, but not listed

from providers.adapters.huggingface.weights.child_process import ROOT, ChildCommand, run_child
from providers.adapters.huggingface.weights.gguf_choice import split_name
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.errors import UnknownModel, WeightsUnavailable
from providers.types import Progress

_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
PROGRAM = [sys.executable, "-m", "providers.adapters.huggingface.weights.hub_program"]
MARGIN = 500_000_000
"""Bytes of disk that stay free."""
ADDRESS = "https://huggingface.co"
"""Where `HF_ENDPOINT` names no other, as for the Hub's own library."""
_LONGEST = 3.0
"""Seconds for each step of asking whether it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadPlan:
    """What a repository would give, before it is fetched. Bytes; `None` where it does not say."""

    revision: str | None
    files: dict[str, int]
    gated: bool
    licence: str | None
    parameters: int | None
    chat: bool
    quantisation: str = ""
    """Of the GGUF file that was chosen."""

    @property
    def tensors(self) -> bool:
        """Dense weights; a GGUF file holds its template itself, unseen until it is fetched."""
        return "config.json" in self.files

    @property
    def size(self) -> int:
        return sum(self.files.values())


def check_id(name: str) -> str:
    """The name, if it can be a repository's, with a quantisation after a colon or without. Raises
    `UnknownModel("invalid")`.
    """
    repository, _ = split_name(name)
    try:
        validate_repo_id(repository)
    except HFValidationError as error:
        raise UnknownModel("invalid", model=name[:120], near="") from error
    if not _REPOSITORY.fullmatch(repository):
        raise UnknownModel("invalid", model=name[:120], near="")
    return name


def answers() -> bool:
    """Whether the Hub answers as itself: no network, a proxy that refuses and a portal that wants a password do not.
    Blocks; fetches nothing."""
    if os.environ.get("HF_HUB_OFFLINE", "").lower() in {"1", "on", "yes", "true"}:
        return False
    address = os.environ.get("HF_ENDPOINT", ADDRESS).rstrip("/")
    try:
        said = httpx2.head(f"{address}/api/models?limit=1", timeout=_LONGEST)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
        return False
    return said.is_success and "json" in said.headers.get("content-type", "")


@dataclass(frozen=True, slots=True)
class Hub:
    """`token` opens gated repositories; `memory` in bytes bounds what is worth fetching."""

    token: str | None
    memory: int | None

    def peek(self, name: str, scratch: Path, ticket: Ticket) -> tuple[DownloadPlan, Path]:
        """What the repository holds, and a folder with its configuration alone. Raises `WeightsUnavailable`."""
        folder = scratch / "peek"
        folder.mkdir()
        return _plan(self._ask(name, scratch, ticket, {"target": None, "peek": str(folder)}), name), folder

    def fetch(self, name: str, revision: str | None, scratch: Path, ticket: Ticket) -> tuple[DownloadPlan, Path]:
        """Download into a folder of `scratch`, which may hold what an interrupted download left.

        Raises `WeightsUnavailable`: "offline", "gated", "not_found", "unsafe_format", "disk", "memory" or "checksum".
        """
        folder = scratch / "hub"
        folder.mkdir(exist_ok=True)
        order = {"target": str(folder), "free": shutil.disk_usage(scratch).free - MARGIN, "revision": revision}
        plan = _plan(self._ask(name, scratch, ticket, order), name)
        shutil.rmtree(folder / ".cache", ignore_errors=True)
        return plan, folder

    def _ask(self, name: str, scratch: Path, ticket: Ticket, order: dict[str, Any]) -> list[dict[str, Any]]:
        repository, quantisation = split_name(check_id(name))
        wanted = {"repo": repository, "revision": None, "token": self.token, "memory": self.memory, **order}
        wanted["quantisation"] = quantisation
        environment = {"HF_HOME": str(scratch / "hf"), "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
        environment |= {"HF_HUB_DISABLE_TELEMETRY": "1"}
        call = ChildCommand(
            command=PROGRAM, scratch=scratch, given=json.dumps(wanted), environment=environment, folder=ROOT
        )
        ticket.report(Progress(stage="download"))
        code, output = run_child(call, ticket, lambda said: _progress(said, scratch / "hub"))
        answers = _answers(output)
        errors = [answer for answer in answers if "error" in answer]
        if errors:
            told = dict(errors[0])
            values = {"free": order["free"]} if told["error"] == "disk" else {}
            raise WeightsUnavailable(told.pop("error"), **{**values, **told, "model": name})
        if code != 0 or not answers:
            raise WeightsUnavailable("offline", model=name)
        return answers


def _answers(output: str) -> list[dict[str, Any]]:
    """The JSON lines among what the program and its libraries said."""
    found = []
    for line in output.splitlines():
        if line.startswith("{"):
            try:
                found.append(json.loads(line))
            except ValueError:  # a line still being written
                continue
    return found


def _plan(answers: list[dict[str, Any]], name: str) -> DownloadPlan:
    told = next((answer["plan"] for answer in answers if "plan" in answer), None)
    if told is None:
        raise WeightsUnavailable("offline", model=name)
    return DownloadPlan(**{key: value for key, value in told.items() if key != "sha256"})


def _progress(output: str, folder: Path) -> Progress:
    plans = [answer["plan"] for answer in _answers(output) if "plan" in answer]
    done = 0
    for file in folder.rglob("*"):
        try:
            done += file.stat().st_size if file.is_file() else 0
        except OSError:  # renamed while we looked
            continue
    total = sum(plans[0]["files"].values()) if plans else None
    return Progress(stage="download", done=min(done, total or done), total=total)
