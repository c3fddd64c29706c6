"""What operators set, from the environment. Secrets have no default; all that is missing is named at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AnyHttpUrl, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class SettingsError(Exception):
    """The environment lacks something; the message lists all of it."""


class Settings(BaseSettings):
    """Read once when a process starts, and passed on from there."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", frozen=True)

    supabase_url: AnyHttpUrl = Field(description="The Supabase project's URL.")
    supabase_publishable_key: str = Field(description="sb_publishable_… or the legacy anon key.")
    supabase_secret_key: SecretStr = Field(
        description="sb_secret_… or the legacy service_role key."
    )
    supabase_jwt_signing_key: SecretStr | None = Field(
        default=None, description="Private ES256 JWK that signs visitors' tokens."
    )
    supabase_jwt_secret: SecretStr | None = Field(
        default=None,
        description="The legacy HS256 secret, for projects without a key of their own.",
    )
    public_url: AnyHttpUrl = Field(
        default=AnyHttpUrl("http://127.0.0.1:8000"), description="Where this service is reached."
    )
    dashboard_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Origins that may call agents' routes, separated by commas."
    )
    cron_secret: SecretStr | None = Field(
        default=None, description="What a scheduler must send to run jobs over HTTP."
    )
    metrics_token: SecretStr | None = Field(
        default=None, description="What a monitor must send to read /metrics; closed without it."
    )
    widget_folder: Path = Field(
        default=Path(__file__).resolve().parent.parent / "widget" / "dist",
        description="The built widget.",
    )
    sessions_per_minute: int = Field(
        default=10, ge=1, description="How many chat sessions one address may open in a minute."
    )
    requests_per_minute: int = Field(
        default=3000,
        ge=1,
        description="How many requests one address may make in a minute, in one process.",
    )
    client_ip_header: str | None = Field(
        default=None,
        description="The header in which the platform, and nobody else, puts the client's address.",
    )
    channel_base_urls: dict[str, str] = Field(
        default_factory=dict,
        description="Channel -> API to call instead of the provider's own, as JSON; for simulators.",
    )
    allow_loopback: bool = Field(
        default=False,
        description="Whether webhooks and mail servers may be on this machine; never in production.",
    )
    allow_private_mail_hosts: bool = Field(
        default=False,
        description="Whether inboxes may use mail servers inside this installation's own network.",
    )
    google_client_id: str | None = Field(
        default=None, description="Google's OAuth client, for mailboxes at Google."
    )
    google_client_secret: SecretStr | None = Field(default=None, description="Its secret.")
    microsoft_client_id: str | None = Field(
        default=None, description="Microsoft's application, for mailboxes at Microsoft."
    )
    microsoft_client_secret: SecretStr | None = Field(default=None, description="Its secret.")
    microsoft_tenant: str = Field(
        default="common",
        pattern=r"^[A-Za-z0-9.-]{1,100}$",
        description="Whose mailboxes may be opened: common, organizations, or a tenant.",
    )
    inbound_email_domain: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9.-]{3,253}$",
        description="Where visitors' answers to mails come back: reply+…@this domain; empty = nowhere.",
    )
    inbound_email_secret: SecretStr | None = Field(
        default=None,
        description="What the mail service that serves this domain proves itself with.",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="Where mails go out: smtp://user:password@host:587 or smtps://…; empty = none.",
    )
    mail_from: str = Field(
        default="Supadesk <no-reply@localhost>",
        description="The sender of the product's own mails.",
    )
    log_format: str = Field(default="json", pattern="^(json|console)$")
    docs: bool = Field(default=False, description="Whether /docs and /openapi.json are served.")

    @field_validator("dashboard_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
        return value

    @field_validator(
        "inbound_email_domain",
        "inbound_email_secret",
        "google_client_id",
        "google_client_secret",
        "microsoft_client_id",
        "microsoft_client_secret",
        "smtp_url",
        "supabase_jwt_signing_key",
        "supabase_jwt_secret",
        "cron_secret",
        "metrics_token",
        mode="before",
    )
    @classmethod
    def _blank_is_missing(cls, value: object) -> object:
        return None if value == "" else value

    @property
    def dashboard(self) -> str:
        """Where agents work: the first of DASHBOARD_ORIGINS, or this service."""
        return (
            self.dashboard_origins[0]
            if self.dashboard_origins
            else str(self.public_url).rstrip("/")
        )

    @property
    def url(self) -> str:
        """The Supabase URL without a trailing slash."""
        return str(self.supabase_url).rstrip("/")


def load_settings() -> Settings:
    """The settings of this process. Raises `SettingsError` with everything that is wrong."""
    try:
        settings = Settings()  # type: ignore[call-arg]
    except ValidationError as error:
        lines = [
            f"  {str(problem['loc'][0]).upper()}: {problem['msg']}" for problem in error.errors()
        ]
        raise SettingsError("The environment is not complete:\n" + "\n".join(lines)) from None
    if settings.supabase_jwt_signing_key is None and settings.supabase_jwt_secret is None:
        raise SettingsError(
            "The environment is not complete:\n"
            "  SUPABASE_JWT_SIGNING_KEY: needed to sign visitors' tokens (or SUPABASE_JWT_SECRET)"
        )
    return settings
