"""Many replies in one batch, each the same to the last bit whoever else is being served and whatever was read before.

It is asked as OpenVINO GenAI's pipeline is, whose own cache of prefixes cannot keep that promise: it keeps the replies
too, which were computed a token at a time, by other kernels and with another rounding than a prompt that is read. Here
a piece of a prompt has two tokens or more, a piece of a reply one, and only blocks that a prompt fills are kept: what
is found of it is what would have been computed (see `paged_network`). So of the next message of a conversation the
last reply is read, and what comes after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np

from providers import decoding
from providers.adapters.huggingface.engines.openvino.block_pool import BlockPool, Digest, digests
from providers.adapters.huggingface.engines.openvino.paged_network import SCRATCH_BLOCK, PagedNetwork, TokenSpan
from providers.types import Sampling

Status = Literal["RUNNING", "FINISHED", "IGNORED", "CANCEL"]


@dataclass(frozen=True, slots=True)
class DrawnTokens:
    """As GenAI tells them."""

    generated_ids: list[int]
    generated_log_probs: list[float]


@dataclass(eq=False, slots=True)
class ExactRequest:
    """A request, and its handle."""

    prompt: list[int]
    sampling: Sampling
    max_tokens: int
    ends: frozenset[int]
    seed: int
    names: list[Digest]
    """Of the beginnings that may be kept: of the prompt without its last two tokens, which are always read."""
    status: Status = "RUNNING"
    blocks: list[int] = field(default_factory=list)
    computed: int = 0
    """Tokens of which there are keys and values."""
    said: list[int] = field(default_factory=list)
    told: int = 0
    """Of `said`, or of what was said before it had to begin again."""
    fresh: list[tuple[int, float]] = field(default_factory=list)
    random: np.random.Generator = field(default_factory=np.random.default_rng)

    def can_read(self) -> bool:
        return bool(self.fresh)

    def read(self) -> dict[int, DrawnTokens]:
        drawn, self.fresh = self.fresh, []
        return {0: DrawnTokens([token for token, _ in drawn], [logprob for _, logprob in drawn])}

    def get_status(self) -> SimpleNamespace:
        return SimpleNamespace(name=self.status)

    def cancel(self) -> None:
        """Takes effect with the next step."""
        if self.status == "RUNNING":
            self.status = "CANCEL"

    def draw(self, logits: decoding.Vector) -> None:
        """The next token; of one that is said again nothing is told."""
        odds = decoding.distribution(logits, self.sampling, self.prompt, self.said)
        token = int(odds.argmax()) if self.sampling.temperature == 0 else decoding.draw(odds, self.random.random())
        self.said.append(token)
        if len(self.said) > self.told:
            self.told = len(self.said)
            self.fresh.append((token, float(logits[token]) - decoding.log_sum_exp(logits)))
        if token in self.ends or len(self.said) >= self.max_tokens:
            self.status = "FINISHED"


class ExactPipeline:
    """`room` in bytes, of keys and values; `step` in tokens, that are computed at once. Raises as `PagedNetwork`."""

    def __init__(self, file: Path, room: int, step: int) -> None:
        self._network = PagedNetwork(file, room)
        self._size, self._step = self._network.block_size, step
        self._pool = BlockPool(self._network.blocks, SCRATCH_BLOCK + 1)
        self._requests: list[ExactRequest] = []
        """In the order in which they came."""

    def add_request(self, number: int, prompt: Any, config: Any) -> ExactRequest:
        """As GenAI's: a tensor of shape (1, tokens), a `GenerationConfig`. Raises `ValueError` for nothing to read."""
        tokens = prompt.data[0].tolist()
        if not tokens:
            raise ValueError("empty prompt")
        sampling = Sampling(
            temperature=config.temperature if config.do_sample else 0,
            top_k=config.top_k if config.do_sample and config.top_k else None,
            top_p=config.top_p,
            min_p=config.min_p,
            repetition_penalty=config.repetition_penalty,
            frequency_penalty=config.frequency_penalty,
            presence_penalty=config.presence_penalty,
        )
        names = digests(tokens, self._size, self._last_cut(tokens) // self._size)
        ends, seed = frozenset(config.stop_token_ids), config.rng_seed
        request = ExactRequest(tokens, sampling, config.max_new_tokens, ends, seed, names)
        request.random = np.random.default_rng(seed)
        self._requests.append(request)
        return request

    def has_non_finished_requests(self) -> bool:
        return any(request.status == "RUNNING" for request in self._requests)

    def step(self) -> None:
        """One more token for whoever has been read, and as much of the prompts as there is room for."""
        self._dismiss()
        writing = self._writing()
        pieces = [TokenSpan(one.said[-1:], one.computed, one.blocks) for one in writing]
        reading = self._reading(self._step - len(pieces))
        pieces += [piece for _, piece in reading]
        if pieces:
            logits = self._network.logits(pieces)
            for place, request in enumerate([*writing, *(request for request, _ in reading)]):
                request.computed += len(pieces[place].tokens)
                self._go_on(request, logits[place])
        self._dismiss()

    def score(self, prompt: Sequence[int]) -> list[float]:
        """The log-probability of every token but the first. While nobody is served."""
        blocks = self._pool.take(self._blocks_of(prompt))
        if blocks is None:
            raise MemoryError("more tokens than there are blocks for")
        found = list[float]()
        for start in range(0, len(prompt), self._step):
            piece = TokenSpan(prompt[start : start + self._step], start, blocks)
            following = prompt[start + 1 : start + self._step + 1]
            for logits, token in zip(self._network.every_logit(piece).astype(np.float64), following, strict=False):
                found.append(float(logits[token]) - decoding.log_sum_exp(logits))
        self._pool.give_back(blocks)
        return found

    def check(self, prompt: Sequence[int]) -> None:
        """Raise `RuntimeError` where a row depends on how many there are in its step. While nobody is served.

        On a processor with AVX2 alone (AMD Zen, OpenVINO 2026.4) other kernels compute 81 rows and more of the default
        model than fewer, and every bit may differ; with AVX-512 that was seen of no number up to 512.
        """
        few, company = list(prompt[:2]), [*prompt] * self._step
        blocks = self._pool.take(1 + self._blocks_of(company[: self._step]))
        if blocks is None:
            raise MemoryError("more tokens than there are blocks for")
        own, others = blocks[:1], blocks[1:]
        for piece in (TokenSpan(few, 0, own), TokenSpan(few[-1:], 2, own)):
            alone = self._network.logits([piece])[0].copy()
            rest = company[: self._step - len(piece.tokens)]
            if not np.array_equal(alone, self._network.logits([piece, TokenSpan(rest, 0, others)])[0]):
                raise RuntimeError("what is computed depends on its company")
        self._pool.give_back(blocks)

    def _go_on(self, request: ExactRequest, logits: Any) -> None:
        if request.computed < len(request.prompt):
            return
        if not request.said:
            self._pool.name(request.names, request.blocks)
        request.draw(logits.astype(np.float64))

    def _dismiss(self) -> None:
        for request in self._requests:
            if request.status != "RUNNING":
                self._pool.give_back(request.blocks)
                request.blocks = []
        self._requests = [request for request in self._requests if request.status == "RUNNING"]

    def _writing(self) -> list[ExactRequest]:
        """Who has been read, each with a block for its next token. Where there is none, who came last begins again."""
        for request in list(self._requests):
            while request.said and request.computed >= len(request.blocks) * self._size:
                if (block := self._pool.take(1)) is not None:
                    request.blocks += block
                else:
                    self._begin_again([one for one in self._requests if one.blocks])
        return [request for request in self._requests if request.said]

    def _begin_again(self, holding: Sequence[ExactRequest]) -> None:
        """The last of them: from its seed it says the same once more. One that is alone needs more than there is."""
        last = holding[-1]
        if len(holding) == 1:
            last.status = "IGNORED"
        self._pool.give_back(last.blocks)
        last.blocks, last.said, last.computed = [], [], 0
        last.random = np.random.default_rng(last.seed)

    def _reading(self, room: int) -> list[tuple[ExactRequest, TokenSpan]]:
        """Who is being read, in the order in which they came, and which piece of each."""
        found = list[tuple[ExactRequest, TokenSpan]]()
        for request in self._requests:
            if request.said or request.status != "RUNNING":
                continue
            if self._blocks_of(request.prompt) > self._pool.total:
                request.status = "IGNORED"
                continue
            if not request.blocks and not self._begin(request):
                break
            end = self._end_of_piece(request, room)
            if end <= request.computed:
                break
            piece = TokenSpan(request.prompt[request.computed : end], request.computed, request.blocks)
            found.append((request, piece))
            room -= len(piece.tokens)
        return found

    def _begin(self, request: ExactRequest) -> bool:
        """Give it the blocks of its whole prompt, those that are found first. Not where there are too few left."""
        found = self._pool.find(request.names)
        rest = self._pool.take(self._blocks_of(request.prompt) - len(found))
        if rest is None:
            self._pool.give_back(found)
            return False
        request.blocks, request.computed = [*found, *rest], len(found) * self._size
        return True

    def _blocks_of(self, prompt: Sequence[int]) -> int:
        return -(-len(prompt) // self._size)

    def _end_of_piece(self, request: ExactRequest, room: int) -> int:
        """Where its next piece ends: with the prompt, or at the end of a block before its last two tokens."""
        end = request.computed + room
        if end >= len(request.prompt):
            return len(request.prompt)
        return min(end // self._size * self._size, self._last_cut(request.prompt))

    def _last_cut(self, prompt: Sequence[int]) -> int:
        return max(0, len(prompt) - 2) // self._size * self._size
