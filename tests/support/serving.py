"""The service in a test's own process: who calls it, and what its refusals look like."""

from __future__ import annotations

import time
from typing import Any

import httpx

from backend.settings import Settings
from tests.support.make import User
from tests.support.stack import RunningStack


def settings_of(stack: RunningStack, **more: Any) -> Settings:
    """The settings of a service before this stack."""
    return Settings.model_validate(
        {
            "supabase_url": stack.url,
            "supabase_publishable_key": stack.publishable_key,
            "supabase_secret_key": stack.secret_key,
            "supabase_jwt_secret": stack.keys.jwt_secret,
            **more,
        }
    )


def as_user(stack: RunningStack, user: User) -> dict[str, str]:
    """The headers that somebody who is signed in sends."""
    claims = {"sub": str(user.id), "role": "authenticated", "aud": "authenticated"}
    return {"Authorization": f"Bearer {stack.keys.sign({**claims, 'exp': int(time.time()) + 600})}"}


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, which has the one shape."""
    assert set(answer.json()) == {"code", "message", "details", "hint"}, answer.text
    return answer.status_code, answer.json()["code"]
