"""What a function takes is looked at once, and as ever afterwards."""

from __future__ import annotations

import functools
import inspect

import pytest

from playground.web.signatures import signatures_kept


def takes(first, second=2, *, third):
    """One of several."""


def test_it_is_as_inspect_says_and_looked_at_once():
    signature, arguments = inspect.signature(takes), inspect.getfullargspec(takes)
    with signatures_kept():
        assert inspect.signature(takes) == signature and inspect.getfullargspec(takes) == arguments
        assert inspect.signature(takes) is inspect.signature(takes)
        assert inspect.getfullargspec(takes) is inspect.getfullargspec(takes)
        partly = functools.partial(takes, 1)
        assert inspect.signature(partly) == inspect.signature(partly) != signature
        with pytest.raises(TypeError):
            inspect.signature([])


def test_nothing_is_kept_afterwards_even_by_who_took_it_meanwhile():
    before = inspect.signature, inspect.getfullargspec
    with pytest.raises(ZeroDivisionError), signatures_kept():
        from inspect import signature as taken

        assert taken(takes) is taken(takes)
        raise ZeroDivisionError
    assert (inspect.signature, inspect.getfullargspec) == before
    assert taken is not inspect.signature and taken(takes) is not taken(takes)
    assert taken(takes) == inspect.signature(takes)
