"""A picture as one file for a browser: pan, zoom, and a click on a part for what is known of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

from tapgen.printable import one_line
from tapgen.review.picture.model import Picture
from tapgen.review.picture.svg import svg


def page(picture: Picture, details: Mapping[str, Mapping[str, Any]]) -> str:
    """The whole file; `details` has what is shown of each part, title by title: a text or lines.

    It holds its own script and style, loads nothing and sends nothing: its policy forbids both.
    """
    shell = files("tapgen.data").joinpath("picture.html").read_text(encoding="utf-8")
    data = json.dumps({name: details[name] for name in details}, ensure_ascii=True)
    parts = {
        "TITLE": escape(one_line(picture.title) or "tapgen"),
        "DATA": data.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"),
        "PICTURE": svg(picture),
    }
    text = shell
    for name, part in parts.items():
        before, after = text.split(f"<!--{name}-->", 1)
        text = before + part + after
    return text
