"""The built widget: which hashed files its frame loads, and the page that loads them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

ENTRY = "src/frame/main.tsx"
_RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}

_PAGE = Environment(autoescape=True, undefined=StrictUndefined).from_string(
    """<!doctype html>
<html lang="{{ locale }}" dir="{{ direction }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="robots" content="noindex">
<title>Supadesk</title>
{% for href in styles %}<link rel="stylesheet" href="{{ href }}">
{% endfor %}<script type="application/json" id="supadesk-config">{{ config }}</script>
<script type="module" src="{{ script }}"></script>
</head>
<body><div id="app"></div></body>
</html>
"""
)


class AssetsMissingError(Exception):
    """The widget has not been built."""


@dataclass(frozen=True, slots=True)
class WidgetAssets:
    """The files of one build."""

    script: str
    styles: tuple[str, ...]
    #: What the launcher is called, by language.
    titles: dict[str, str]

    @classmethod
    def load(cls, folder: Path) -> WidgetAssets:
        """Read the build's manifest. Raises `AssetsMissingError`."""
        manifest = folder / "manifest.json"
        if not manifest.exists():
            raise AssetsMissingError(f"{manifest} is missing; run `npm run build` first.")
        entry = json.loads(manifest.read_text())[ENTRY]
        return cls(
            script=f"/widget/{entry['file']}",
            styles=tuple(f"/widget/{file}" for file in entry.get("css", [])),
            titles=json.loads((folder / "titles.json").read_text()),
        )

    def render(self, config: str, locale: str) -> str:
        """The frame's page; `config` is JSON for a data block."""
        return _PAGE.render(
            locale=locale,
            direction="rtl" if locale.split("-")[0] in _RIGHT_TO_LEFT else "ltr",
            styles=self.styles,
            script=self.script,
            # Inside a script element only "</" and "<!--" could end the data; written as escapes they
            # are the same JSON.
            config=Markup(config.replace("<", "\\u003c").replace(">", "\\u003e")),  # noqa: S704
        )
