"""A stack's settings as a file, so that its processes agree on them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from devstack.config import AuthSettings, Ports, StackConfig


def write_spec(config: StackConfig) -> Path:
    """Write the settings to `<folder>/stack.json`."""
    path = config.folder / "stack.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(config) | {"folder": str(config.folder)}, indent=2))
    return path


def read_spec(path: Path) -> StackConfig:
    """The settings that `write_spec` wrote."""
    data = json.loads(path.read_text())
    auth = data.pop("auth")
    return StackConfig(
        **{
            **data,
            "folder": Path(data["folder"]),
            "ports": Ports(**data["ports"]),
            "auth": AuthSettings(**{**auth, "redirect_urls": tuple(auth["redirect_urls"])}),
            "schemas": tuple(data["schemas"]),
            "extra_search_path": tuple(data["extra_search_path"]),
        }
    )
