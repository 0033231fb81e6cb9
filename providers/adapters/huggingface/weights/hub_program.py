"""Run as a program: what a repository of the Hub holds, and its files. Reads a JSON order, writes JSON lines.

A program of its own so that a hanging connection can be ended at once, and so that the Hub's library keeps its cache
and logs in the folder that the environment names (`HF_HOME`), nowhere else.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx2
from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, OfflineModeIsEnabled, RepositoryNotFoundError
from huggingface_hub.errors import RevisionNotFoundError as NoRevision

from providers.adapters.huggingface.weights.files import MODULES, PICKLED, tensor_names
from providers.adapters.huggingface.weights.gguf_choice import GgufFiles, choose_files
from providers.errors import WeightsUnavailable

ALLOWED = (
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "vocab.txt",
    "spiece.model",
    "source.spm",
    "target.spm",
    "merges.txt",
    "chat_template.jinja",
    "chat_template.json",
    "model.safetensors.index.json",
    "preprocessor_config.json",
    "processor_config.json",
    "video_preprocessor_config.json",
)

_PARTS = re.compile(
    r"modules\.json|sentence_bert_config\.json|config_sentence_transformers\.json|\d_\w+/(config\.json|model\.safetensors)"
)
"""What sentence-transformers keeps beside the network: how a vector is made of its output."""

_SHARE = 0.5
"""Of the memory, for the weights of a model whose quantisation nobody named."""


class Unfit(Exception):
    """Its one argument is a reason of `WeightsUnavailable`."""


def choose(names: list[str], wanted: str = "", packed: GgufFiles | None = None) -> list[str]:
    """The files to fetch: weights as safetensors or one GGUF model, tokenizer, configuration. Raises `Unfit(reason)`.

    `packed` is the GGUF model that was chosen; where its quantisation was `wanted`, nothing else is.
    """
    top = [name for name in names if "/" not in name]
    few = [name for name in top if any(fnmatch.fnmatch(name, pattern) for pattern in ALLOWED)]
    if MODULES in top:
        few += [name for name in names if _PARTS.fullmatch(name)]
    if "config.json" in top and not wanted and (tensors := tensor_names(top)):
        return [*few, *tensors]
    if packed is not None:
        return list(packed.names)
    raise Unfit("unsafe_format" if any(Path(name).suffix in PICKLED for name in top) else "not_found")


def plan(api: HfApi, order: Mapping[str, Any]) -> dict[str, Any]:
    found = api.model_info(order["repo"], revision=order["revision"], files_metadata=True, timeout=15)
    siblings = {file.rfilename: file for file in found.siblings or []}
    wanted, room = order.get("quantisation", ""), order["memory"]
    lengths = {name: file.size or 0 for name, file in siblings.items()}
    packed = choose_files(lengths, order["repo"], wanted, int(room * _SHARE) if room else None)
    sizes = {name: lengths[name] for name in choose(list(siblings), wanted, packed)}
    hashes = {name: large.sha256 for name in sizes if (large := siblings[name].lfs) is not None}
    settings = (found.config or {}).get("tokenizer_config") or {}
    return {
        "revision": found.sha,
        "files": sizes,
        "sha256": hashes,
        "gated": bool(found.gated),
        "licence": getattr(found.card_data, "license", None) if found.card_data else None,
        "parameters": found.safetensors.total if found.safetensors else None,
        "chat": "chat_template.jinja" in siblings or bool(settings.get("chat_template")),
        "quantisation": packed.quantisation if packed is not None and packed.parts[0] in sizes else "",
    }


def fetch(order: Mapping[str, Any], names: Mapping[str, int], revision: str) -> None:
    """Into the order's folder; files that are there already, whole, are not fetched again."""
    for name in sorted(names, key=lambda name: names[name]):
        hf_hub_download(
            order["repo"], name, revision=revision, local_dir=order["target"], token=order["token"] or False
        )


def check(folder: Path, hashes: Mapping[str, str]) -> None:
    for name, expected in hashes.items():
        with (folder / name).open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != expected:
                raise Unfit("checksum")


def lay_flat(folder: Path, names: Iterable[str]) -> None:
    """GGUF files that lie in a folder of the repository are kept beside each other, as llama.cpp looks for parts."""
    for name in names:
        if "/" in name and name.lower().endswith(".gguf"):
            (folder / name).rename(folder / Path(name).name)


def obey(order: Mapping[str, Any]) -> None:
    found = plan(HfApi(token=order["token"] or False), order)
    say({"plan": found})
    if order["target"] is None:
        if "config.json" in found["files"]:
            fetch({**order, "target": order["peek"]}, {"config.json": 0}, found["revision"])
        return
    need = sum(found["files"].values())
    if need > order["free"]:
        say({"error": "disk", "need": need})
    elif order["memory"] and (found["parameters"] or 0) * 2 > order["memory"]:
        say({"error": "memory"})
    else:
        fetch(order, found["files"], found["revision"])
        check(Path(order["target"]), found["sha256"])
        lay_flat(Path(order["target"]), found["files"])
        say({"done": True})


def say(answer: Mapping[str, Any]) -> None:
    print(json.dumps(answer), flush=True)  # noqa: T201 - how this program answers


def main() -> None:
    try:
        obey(json.loads(sys.stdin.read()))
    except Unfit as error:
        say({"error": str(error.args[0])})
    except WeightsUnavailable as error:
        say({"error": error.reason, **error.values})
    except GatedRepoError:
        say({"error": "gated"})
    except (RepositoryNotFoundError, NoRevision):
        say({"error": "not_found"})
    except HfHubHTTPError as error:
        say({"error": "gated" if error.response.status_code in (401, 403) else "offline"})
    except (OfflineModeIsEnabled, httpx2.TransportError):
        say({"error": "offline"})
    except OSError as error:  # the library's missing-file errors and the system's are both of this class
        say({"error": "disk" if error.errno == 28 else "offline"})


if __name__ == "__main__":
    main()
