"""A process that lacks something says all of it at once, and never starts with a default secret."""

from __future__ import annotations

import pytest

from backend.settings import Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of this machine reaches the tests."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as error:
        load_settings()
    for name in ("SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY"):
        assert name in str(error.value)


def test_a_service_without_a_signing_key_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPABASE_URL", "https://project.supabase.co")
    monkeypatch.setenv("SUPABASE_PUBLISHABLE_KEY", "sb_publishable_x")
    monkeypatch.setenv("SUPABASE_SECRET_KEY", "sb_secret_x")
    monkeypatch.setenv("SUPABASE_JWT_SIGNING_KEY", "")
    with pytest.raises(SettingsError, match="SUPABASE_JWT_SIGNING_KEY"):
        load_settings()


def test_secrets_do_not_show_in_a_printed_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPABASE_URL", "https://project.supabase.co/")
    monkeypatch.setenv("SUPABASE_PUBLISHABLE_KEY", "sb_publishable_x")
    monkeypatch.setenv("SUPABASE_SECRET_KEY", "sb_secret_very_secret")
    monkeypatch.setenv("SUPABASE_JWT_SECRET", "hs256_very_secret")
    monkeypatch.setenv("DASHBOARD_ORIGINS", "https://a.example/, https://b.example")
    settings = load_settings()
    assert "very_secret" not in repr(settings)
    assert settings.url == "https://project.supabase.co"
    assert settings.dashboard_origins == ("https://a.example", "https://b.example")
