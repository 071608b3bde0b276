"""Whether a network can be made, or an existing one be used."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterator

from tapgen.settings import references
from tapgen.settings.network import GATEWAY_SERVICES, LARGEST_VPC, SMALLEST_SUBNET, Network

Problem = tuple[tuple[str | int, ...], str]


def check_network(network: Network, parameters: Collection[str]) -> Iterator[Problem]:
    """Each problem of a network that is used."""
    yield from _existing(network, parameters) if network.exists else _own(network)


def _own(network: Network) -> Iterator[Problem]:
    for key in ("vpc", "security_groups"):
        if getattr(network, key) is not None:
            yield ("network", key), 'it names an existing one; name its subnets too: subnets = ["subnet-…", "subnet-…"]'
    if network.has_endpoints is not None or network.has_nat:
        key = "has_nat" if network.has_endpoints is None else "has_endpoints"
        yield ("network", key), "it describes an existing VPC; this one is the stack's own, and has its `endpoints`"
    yield from _range(network)


def _range(network: Network) -> Iterator[Problem]:
    path, text = ("network", "cidr"), network.cidr
    try:
        block = ipaddress.IPv4Network(text)
    except ValueError as error:
        yield path, f'"{text}" is not an address range: {error}'
        return
    if not LARGEST_VPC <= block.prefixlen <= SMALLEST_SUBNET:
        yield path, f"{text}: a VPC is between /{LARGEST_VPC} and /{SMALLEST_SUBNET}"
        return
    needed = network.availability_zones * (2 if network.subnets == "nat" else 1)
    if 2 ** (SMALLEST_SUBNET - block.prefixlen) < needed:
        yield path, f"{text} is too small for {needed} subnets of at least /{SMALLEST_SUBNET}"


def _existing(network: Network, parameters: Collection[str]) -> Iterator[Problem]:
    for key in ("vpc", "subnets", "security_groups"):
        value = getattr(network, key)
        yield from references.problems(value, ("network", key), parameters)
        if value == ():
            yield ("network", key), "the list is empty"
    if network.security_groups is None and network.vpc is None:
        yield (
            ("network", "security_groups"),
            "name the functions' security groups, or the vpc in which the stack is to make one",
        )
    if network.egress and network.security_groups is not None:
        yield ("network", "egress"), "security_groups names existing groups; change what those let out"
    for service in network.own_endpoints:
        if service in GATEWAY_SERVICES:
            message = f'"{service}" is a gateway, which an existing VPC brings itself: has_endpoints = ["{service}"]'
            yield ("network", "endpoints"), message
        elif network.vpc is None:
            yield ("network", "endpoints"), "an interface endpoint is made in a vpc; name it"
            break
