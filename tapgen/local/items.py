"""DynamoDB's way of writing values, as plain ones."""

from __future__ import annotations

from decimal import Decimal
from typing import Any


def plain(item: dict[str, Any]) -> dict[str, Any]:
    """An item such as `{"itemId": {"S": "one"}, "price": {"N": "2"}}` as `{"itemId": "one", "price": 2}`."""
    return {name: value(typed) for name, typed in item.items()}


def value(typed: dict[str, Any]) -> Any:
    """The plain value of `{TYPE: value}` (DynamoDB API reference, AttributeValue); binary stays base64 text."""
    [(kind, content)] = typed.items()
    match kind:
        case "N":
            return _number(content)
        case "NS":
            return [_number(number) for number in content]
        case "L":
            return [value(element) for element in content]
        case "M":
            return plain(content)
        case "NULL":
            return None
        case _:
            return content


def _number(text: str) -> int | float | str:
    """The number, or its text where JSON readers would lose digits of it."""
    exact = Decimal(text)
    if exact == exact.to_integral_value() and abs(exact) < 2**53:
        return int(exact)
    return float(exact) if Decimal(str(float(exact))) == exact else text


def typed(item: dict[str, Any]) -> dict[str, Any]:
    """The reverse of `plain`: an item as DynamoDB's API takes it; a list is a list, never a set."""
    return {name: _typed(content) for name, content in item.items()}


def _typed(content: Any) -> dict[str, Any]:
    match content:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": content}
        case int() | float():
            return {"N": str(content)}
        case list():
            return {"L": [_typed(element) for element in content]}
        case dict():
            return {"M": typed(content)}
        case _:
            return {"S": str(content)}
