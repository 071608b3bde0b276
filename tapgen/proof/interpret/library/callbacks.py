"""Callbacks: what a library calls of what it is given."""

from __future__ import annotations

from tapgen.proof.interpret.boto3.sdk import Sdk
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.functions import Routine
from tapgen.proof.interpret.python.plain import Const
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Values
from tapgen.proof.interpret.site import Site

_FIRST_IS_CALLED = {
    "submit": 0, "apply": 0, "apply_async": 0, "run_in_executor": 1, "to_thread": 0, "call_soon": 0, "call_later": 1,
    "call_soon_threadsafe": 0, "run": 0, "callback": 0, "register": 0, "push_async_callback": 0, "enterabs": 2,
    "add_done_callback": 0, "call_at": 1, "start_new_thread": 0, "runcall": 0,
}  # fmt: skip
"""Methods and functions of the library that call one argument with those that follow it -> its position."""


def known(site: Site, name: str, args: Arguments) -> Values | None:
    """The result of a call whose callback's arguments are known; None when it is not one of those."""
    if name == "map" and args.positional:
        return site.call(args.positional[0], Arguments([site.iterate(values) for values in args.positional[1:]]))
    if name in {"Thread", "Process", "Timer"}:
        target = args.keywords.get("target", EMPTY) | args.get(1, "function")
        return _apply(site, target, args.keywords.get("args", EMPTY), args.keywords.get("kwargs", EMPTY))
    if name in {"apply", "apply_async"} and len(args.positional) > 1:
        return _apply(site, args.positional[0], args.positional[1], args.get(2, "kwds"))
    position = _FIRST_IS_CALLED.get(name)
    if position is None or len(args.positional) <= position:
        return None
    if not any(isinstance(one, Routine | Sdk) for one in args.positional[position]):
        return None
    return site.call(args.positional[position], args.after(position + 1))


def _apply(site: Site, target: Values, positional: Values, keywords: Values) -> Values:
    args = Arguments()
    for value in positional:
        if isinstance(value, Container) and not site.rest(value.space):
            args.positional = [site.find(value.space, index) for index in value.space.indexes()]
        else:
            args.star |= value.iterate(site)
    for value in keywords:
        if isinstance(value, Container):
            named, args.extra = value.keywords(site)
            args.keywords |= named
    return site.call(target, args)


def possible(site: Site, args: Arguments, held: Values = EMPTY) -> Values:
    """Whatever can be called among the arguments may be called, with the other arguments or unknown values.

    `held` is what the library was given before.
    """
    everything = args.everything()
    others = frozenset(value for value in everything | held if not isinstance(value, Routine))
    elements = EMPTY.union(*(one.elements(site) for one in others))
    passed = frozenset(one for one in others | elements if not isinstance(one, Const)) | UNKNOWN
    return EMPTY.union(*(value.called_back(site, passed) for value in everything))
