"""The expressions by which published tokenizers cut and change texts. Each takes about its text's length."""

from __future__ import annotations

_SUFFIXES = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_SPACES = r"\s*[\r\n]+|\s+(?!\S)|\s+"
_OTHERS = rf"| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{_SPACES}"
_BY_CASE = rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+", rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*"
_AFTER_CASE = rf"| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{_SPACES}"
_GPT_2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_CLIP = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
_CHINESE = "\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff"

KNOWN = frozenset(
    {
        _GPT_2,
        rf"{_SUFFIXES}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}{_OTHERS}",  # Llama 3, GPT-4
        rf"{_SUFFIXES}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{_OTHERS}",  # Qwen 2, Qwen 3
        rf"{_SUFFIXES}|[^\r\n\p{{L}}\p{{N}}]?[\p{{L}}\p{{M}}]+|\p{{N}}| ?[^\s\p{{L}}\p{{M}}\p{{N}}]+[\r\n]*|{_SPACES}",
        "|".join(f"{one}{_SUFFIXES}?" for one in _BY_CASE) + rf"|\p{{N}}{{1,3}}{_AFTER_CASE}",  # GPT-4o, gpt-oss
        "|".join(_BY_CASE) + rf"|\p{{N}}{{1,3}}{_AFTER_CASE}",
        "|".join(_BY_CASE) + rf"|\p{{N}}{_AFTER_CASE}",  # Mistral
        r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"
        rf"|{_SPACES}",  # DeepSeek V3
        rf"[{_CHINESE}]+",
        r"\p{N}{1,3}",
        r" ?[^(\s|[.,!?…。，、।۔،])]+",  # BLOOM
        _CLIP,
        rf"<\|startoftext\|>|<\|endoftext\|>|{_CLIP}",
        *(r"\s+", r" {2,}", r"\s{2,}|[\n\r\t]", r"[\n\r\t]", r"\n", r"\s{2,}"),  # what sentencepiece does to spaces
    }
)
