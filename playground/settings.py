"""Every choice of whoever runs the page, in one table: an environment variable, a line of `.env`, or a flag."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from pkgutil import iter_modules
from typing import Annotated, Any

import platformdirs
from pydantic import AliasChoices, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from providers.adapters.huggingface import engines
from providers.base import Deadlines, Network, Options

PREFIX = "PLAYGROUND_"
DEFAULT_MODEL = "huggingface/HuggingFaceTB/SmolLM2-135M-Instruct"
Names = Annotated[tuple[str, ...], NoDecode]
"""Comma-separated in the environment."""


def _home(data: Mapping[str, Any]) -> Path:
    disk = Path("/data")
    if data["space_id"] and os.access(disk, os.W_OK):
        return disk / "aula"
    return Path(platformdirs.user_cache_dir("aula", appauthor=False))


_SPACE_PROXIES = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
_NETWORK, _DEADLINES = Network(), Deadlines()
"""What providers do where nobody says otherwise."""


class Settings(BaseSettings):
    """A field is an environment variable with the prefix `PLAYGROUND_`; its description is its row in the README."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    space_id: str | None = Field(
        None, validation_alias=AliasChoices("space_id", "SPACE_ID"), description="Set by a Hugging Face Space itself."
    )
    space_host: str | None = Field(
        None,
        validation_alias=AliasChoices("space_host", "SPACE_HOST"),
        description="Set by a Hugging Face Space itself: the name in its address.",
    )
    home: Path = Field(
        default_factory=_home,
        description="Folder for models, uploads and conversations. "
        "Default: the platform's cache folder; /data/aula on a Space with a writable disk.",
    )
    host: str = Field(
        default_factory=lambda data: "0.0.0.0" if data["space_id"] else "127.0.0.1",  # noqa: S104 - a Space is a container
        description="Address to listen on; 0.0.0.0 lets the classroom in. Default: 127.0.0.1; 0.0.0.0 on a Space.",
    )
    port: int = Field(7860, ge=1, le=65535, description="Port to listen on.")
    model: str = Field(DEFAULT_MODEL, description="Model chosen at the start: provider/id, or `scripted`.")
    hosted: bool = Field(
        default_factory=lambda data: data["space_id"] is not None,
        description="Strangers visit: private addresses, folders and the environment's keys are closed to them. "
        "Default: true on a Space.",
    )
    tabs: Names = Field(
        (),
        description="Tabs that the page shows, with their endpoints, comma-separated: `chat,sampling`. "
        "Fewer open sooner. Default: all.",
    )
    open: bool = Field(False, description="Open the page in the browser once it is served.")
    environment_keys: bool = Field(
        default_factory=lambda data: not data["hosted"],
        description="Every visitor may spend the API keys found in the environment. Default: true unless hosted.",
    )
    visitor_models: bool = Field(
        default_factory=lambda data: not data["hosted"],
        description="Visitors may load models from the Hub or a folder of this computer. Default: true unless hosted.",
    )
    allowed_hosts: Names = Field(
        (),
        description="Host names the page answers to besides its own, comma-separated; `*` for any. "
        "Needed behind a reverse proxy.",
    )
    proxies: Names = Field(
        default_factory=lambda data: _SPACE_PROXIES if data["space_id"] else (),
        description="Addresses or networks of reverse proxies, comma-separated: who a request comes from, and the host "
        "it was sent to, are believed of these alone. Needed behind a reverse proxy where strangers visit, for limits "
        "would else count all of them as one. Default: none; private networks on a Space.",
    )
    api_hosts: Names = Field(
        (),
        description="host:port, comma-separated, that a hosted page may ask besides the catalogue's vendors; "
        "a server in a private network may be among them, by its address, or by a name such as `gpu` or `gpu.local`.",
    )
    accepted_terms: Names = Field(
        (),
        description="Makers' terms that you accept for every visitor, by name, comma-separated: `gemma`. "
        "Else each visitor is shown them, and accepts them before such a model is fetched or used.",
    )
    messages_per_minute: Annotated[int, Field(ge=1)] | None = Field(
        default_factory=lambda data: 30 if data["hosted"] else None,
        description="Messages a visitor may send a minute; searching is none. Default: 30 if hosted, else any number.",
    )
    messages_per_address: Annotated[int, Field(ge=1)] | None = Field(
        default_factory=lambda data: 600 if data["hosted"] else None,
        description="Messages a minute from one network address, which a class may share; whoever keeps no cookie is "
        "one visitor with all such of the address. Default: 600 if hosted, else any number.",
    )
    new_visitors_per_address: Annotated[int, Field(ge=1)] | None = Field(
        default_factory=lambda data: 60 if data["hosted"] else None,
        description="New visitors a minute from one network address. Default: 60 if hosted, else any number.",
    )
    new_visitors_per_minute: Annotated[int, Field(ge=1)] | None = Field(
        default_factory=lambda data: 600 if data["hosted"] else None,
        description="New visitors a minute in all. Default: 600 if hosted, else any number.",
    )
    visitor_mb: Annotated[float, Field(gt=0)] | None = Field(
        default_factory=lambda data: 300 if data["hosted"] else None,
        description="Megabytes kept on the disk for one visitor, files uploaded within a day included. "
        "Default: 300 if hosted, else any number.",
    )
    stored_gb: Annotated[float, Field(gt=0)] | None = Field(
        default_factory=lambda data: 20 if data["hosted"] else None,
        description="Gigabytes kept on the disk for all visitors. Default: 20 if hosted, else any number.",
    )
    max_tokens_per_reply: int = Field(2048, ge=1, description="Longest reply a visitor may ask for, in tokens.")
    parallel_streams: int = Field(4, ge=1, description="Replies a visitor may receive at the same time.")
    queue_size: int = Field(64, ge=1, description="Requests that may wait in line before the page says it is busy.")
    max_message_characters: int = Field(100_000, ge=1, description="Longest message, in characters.")
    max_body_mb: float = Field(20, gt=0, description="Largest request or upload, in megabytes.")
    key_hours: float = Field(8, gt=0, description="Hours after which a visitor's API key is forgotten.")
    conversation_days: float = Field(
        30, gt=0, description="Days after which the conversations of an absent visitor are deleted."
    )
    engine: str | None = Field(
        None,
        description="Engine that local models run on, where it can: `openvino`, `llamacpp` or `torch`. "
        "Default: the fastest that computes the same model; a visitor may append @engine to a model's name.",
    )
    companion: bool = Field(
        True,
        description="Find out, while nobody asks, which engine answers one person soonest for the default model, and "
        "keep it in memory beside the one that is quicker for many, and beside both what answers with a seed. "
        "Where there is plenty of memory.",
    )
    memory_gb: float | None = Field(
        None, gt=0, description="Memory for loaded models, in gigabytes. Default: half of what the computer has."
    )
    offline: bool = Field(False, description="Never fetch anything: use only the models that are already here.")
    run_code: bool = Field(
        False,
        description="Run programs that models wrote, each in a bounded process, to score them. Never in a hosted page.",
    )
    chroma_url: str | None = Field(
        None,
        validation_alias=AliasChoices("chroma_url", "CHROMA_URL"),
        description="Address of a Chroma server that keeps the vectors of documents. "
        "Default: a folder of this page's own.",
    )
    documents: int = Field(200, ge=1, description="Documents that a visitor may keep.")
    document_seconds: float = Field(20, gt=0, description="Longest time to read a document.")
    document_memory_mb: float = Field(512, ge=256, description="Memory to read a document, in megabytes.")
    connect_seconds: float = Field(_NETWORK.connect, gt=0, description="Longest wait for a connection to an API.")
    first_token_seconds: float | None = Field(
        None,
        gt=0,
        description="Longest silence of an API before the first token, whatever the model; left empty, as long as "
        "the catalogue allows each model: a minute, and four for those that think first or that it does not have.",
    )
    between_tokens_seconds: float = Field(
        _NETWORK.between_tokens, gt=0, description="Longest silence of an API between two tokens."
    )
    total_seconds: float = Field(_NETWORK.total, gt=0, description="Longest time for a reply of an API.")
    retries: int = Field(
        _NETWORK.retries, ge=0, description="Times a failed API request is tried again before it has answered."
    )

    local_first_token_seconds: float = Field(
        _DEADLINES.first_token,
        gt=0,
        description="Longest silence of an engine on this computer while it reads a message; "
        "after it, the engine is started anew.",
    )
    local_between_tokens_seconds: float = Field(
        _DEADLINES.between_tokens,
        gt=0,
        description="Longest silence of such an engine while it answers; after it, too, it is started anew.",
    )
    local_total_seconds: float = Field(
        _DEADLINES.total, gt=0, description="Longest time for a reply of a model on this computer, once it is its turn."
    )

    @field_validator("allowed_hosts", "api_hosts", "proxies", "accepted_terms", "tabs", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(filter(None, re.split(r"[\s,]+", value.lower()))) if isinstance(value, str) else value

    @field_validator("proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            ip_network(one, strict=False)
        return value

    @field_validator("tabs")
    @classmethod
    def _known_tabs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        there = [found.name for found in iter_modules([str(Path(__file__).parent / "tabs")])]
        if unknown := sorted(set(value) - set(there)):
            raise ValueError(f"no tab is called {', '.join(unknown)}; there are {', '.join(there)}")
        return value

    @field_validator("model")
    @classmethod
    def _ref(cls, value: str) -> str:
        return "scripted/echo" if value == "scripted" else value

    @field_validator("engine")
    @classmethod
    def _known_engine(cls, value: str | None) -> str | None:
        if value is not None and value not in engines.names():
            raise ValueError(f"one of {', '.join(engines.names())}")
        return value

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    def shows(self, tab: str) -> bool:
        """Whether the page has this tab. What another one keeps of visitors is still cleared away and deleted."""
        return not self.tabs or tab in self.tabs

    @property
    def on_space(self) -> bool:
        """Runs in a Hugging Face Space: inside an iframe, behind a proxy that speaks https."""
        return self.space_id is not None

    @property
    def code_allowed(self) -> bool:
        """Programs that models wrote may run here."""
        return self.run_code and not self.hosted

    @property
    def max_body(self) -> int:
        """In bytes."""
        return int(self.max_body_mb * 1e6)

    @property
    def visitor_bytes(self) -> int | None:
        """Kept for one visitor at most."""
        return None if self.visitor_mb is None else int(self.visitor_mb * 1e6)

    @property
    def stored_bytes(self) -> int | None:
        """Kept for all visitors at most."""
        return None if self.stored_gb is None else int(self.stored_gb * 1e9)

    def options(self) -> Options:
        """What the providers need to know."""
        network = Network(
            hosted=self.hosted,
            hosts=frozenset(self.api_hosts),
            connect=self.connect_seconds,
            first_token=self.first_token_seconds,
            between_tokens=self.between_tokens_seconds,
            total=self.total_seconds,
            retries=self.retries,
        )
        deadlines = Deadlines(
            first_token=self.local_first_token_seconds,
            between_tokens=self.local_between_tokens_seconds,
            total=self.local_total_seconds,
        )
        memory = None if self.memory_gb is None else int(self.memory_gb * 1e9)
        return Options(
            home=self.home,
            network=network,
            deadlines=deadlines,
            memory=memory,
            offline=self.offline,
            engine=self.engine,
            folders=self.visitor_models,
        )


def variables() -> dict[str, str]:
    """The name of every environment variable and what it is for: the README's table."""
    table = {}
    for name, field in Settings.model_fields.items():
        own = isinstance(field.validation_alias, AliasChoices)
        table[name.upper() if own else PREFIX + name.upper()] = field.description or ""
    return table
