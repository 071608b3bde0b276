"""Rules about routes: who may call them, and what is behind them."""

from __future__ import annotations

from tapgen.proof.rules.rule import Rule

API_CONTRACT = Rule(
    "api-contract",
    "error",
    "The routes are not what the OpenAPI file says",
    "Clients are written against the file: they call what is not there, or send what is refused.",
    "Change the route in the settings, or the operation in the file.",
    'OpenAPI specification 3.1, "Paths Object"',
)

ROUTE_RULES = (API_CONTRACT,)
