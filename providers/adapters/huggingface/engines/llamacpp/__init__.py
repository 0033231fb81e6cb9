"""llama.cpp on the processor, or on a graphics card its build knows: GGUF files as they are, in a process of its own.

One variant a file. A model that was rewritten for OpenVINO is read from the same file as it. Light to import.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from providers.adapters.huggingface.engines.base import Loaded
from providers.adapters.huggingface.engines.engine_process import NotOpened
from providers.adapters.huggingface.engines.llamacpp.engine import LlamaCppEngine
from providers.adapters.huggingface.engines.llamacpp.fitting import SLOTS, FittedSetting, WrongProjector, fit
from providers.adapters.huggingface.engines.llamacpp.library import NO_MODULE, PACKAGE, REFUSED, is_here
from providers.adapters.huggingface.engines.opening import explain_end, open_engine
from providers.adapters.huggingface.memory.fair_queue import FairQueue
from providers.adapters.huggingface.weights.damage import is_damaged
from providers.adapters.huggingface.weights.files import gguf_files, unreadable
from providers.adapters.huggingface.weights.gguf_choice import KEPT, GgufFiles
from providers.adapters.huggingface.weights.gguf_header import read_gguf_header
from providers.errors import WeightsUnavailable
from providers.sampling import in_engine

ORDER = 15
ACCEPTS = in_engine("llamacpp")
NAME = "llamacpp"
REWRITTEN = "q8_0"
"""Of the two that were rewritten for OpenVINO, the one that is read here too."""
_REWRITTEN_NAME = f"openvino-{REWRITTEN}.gguf"


@dataclass(frozen=True, slots=True)
class LlamaCpp:
    """A variant. See `engines.Variant`."""

    folder: Path
    files: GgufFiles
    most: int = SLOTS
    """Replies at once."""
    accepts = ACCEPTS
    alternatives = True
    has_internals = False
    reproducible = True
    elsewhere = True

    @property
    def name(self) -> str:
        return f"llamacpp-{self.files.quantisation or 'gguf'}"

    @property
    def for_one(self) -> LlamaCpp:
        return replace(self, most=1)

    @property
    def is_reference(self) -> bool:
        """It is the program that such files are made for; of what was rewritten, transformers read the original."""
        return self.files.parts != (_REWRITTEN_NAME,)

    @property
    def file(self) -> Path:
        return self.folder / self.files.parts[0]

    def budget(self) -> None:
        """It shares the computer's memory."""

    def memory(self, model: str, room: int | None = None) -> int:
        """Of the files, and of the keys and values of one conversation, or of those for which there is room."""
        return self._fit(model, room).memory

    def load(self, model: str, room: int) -> Loaded:
        fitted = self._fit(model, room)
        if fitted.memory > room:
            raise WeightsUnavailable(
                "too_large", model=model, need_gb=round(fitted.memory / 1e9, 1), room_gb=round(room / 1e9, 1)
            )
        start = partial(LlamaCppEngine, fitted.setting)
        engine, codec, defaults, context = open_engine(start, self.folder, model, self._explain_end)
        return Loaded(
            engine=engine,
            codec=codec,
            context=min(fitted.setting.context, context or fitted.setting.context),
            defaults=defaults,
            memory=fitted.memory,
            name=self.name,
            queue=FairQueue(fitted.setting.slots),
            remembers=fitted.setting.slots,
        )

    def _fit(self, model: str, room: int | None = None) -> FittedSetting:
        try:
            return fit(self.folder, self.files, room, self.most)
        except WrongProjector as error:
            raise WeightsUnavailable("projector", model=model, cause=str(error)) from error
        except ValueError as error:
            raise WeightsUnavailable("damaged", model=model) from error
        except OSError as error:
            raise unreadable(error, model) from error

    def _explain_end(self, error: NotOpened, folder: Path, model: str) -> WeightsUnavailable:
        if error.args[0] == NO_MODULE:
            return WeightsUnavailable("import", model=model, cause=PACKAGE)
        if error.args[0] == REFUSED and not is_damaged(folder):
            return WeightsUnavailable("gguf_architecture", model=model, cause=architecture_of(self.file))
        return explain_end(error, folder, model)


def architecture_of(file: Path) -> str:
    """As the file names it."""
    try:
        return read_gguf_header(file).architecture[:60]
    except (OSError, ValueError):  # the caller has another error to tell
        return ""


def variants(folder: Path) -> tuple[LlamaCpp, ...]:
    """One for the file that is served as it is, or that was rewritten; none where there is no such file, or no library.

    Raises `WeightsUnavailable("parts")`.
    """
    if not is_here():
        return ()
    files = gguf_files(folder) or _beside_dense(folder)
    return (LlamaCpp(folder, files),) if files is not None else ()


def _beside_dense(folder: Path) -> GgufFiles | None:
    """What lies beside dense weights: the file that they were made of, or one that was made of them."""
    for file in (*folder.glob(f"{KEPT}*.gguf"), folder / _REWRITTEN_NAME):
        if file.is_file():
            kind = file.stem.removeprefix(KEPT).removeprefix("openvino-")
            return GgufFiles(parts=(file.name,), quantisation=kind, size=file.stat().st_size)
    return None
