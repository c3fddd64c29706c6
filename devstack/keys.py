"""The keys of a stack, and the one place that signs and verifies its tokens.

Like a hosted project it has the legacy HS256 `anon` and `service_role` JWTs, the newer
`sb_publishable_` and `sb_secret_` keys, and an ES256 signing key of its own. The secret and
the two legacy keys are the Supabase CLI's published local defaults; the ES256 key is made on
first start and stays in the stack's folder.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

LOCAL_JWT_SECRET = "super-secret-jwt-token-with-at-least-32-characters-long"  # noqa: S105
LEGACY_EXPIRY = 1983812996  # 2032-11-12, the CLI's
_ALGORITHMS = ["HS256", "ES256"]


class TokenError(Exception):
    """A token that must not be trusted; `reason` is one of malformed, signature, expired, claims."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def _legacy_key(role: str) -> str:
    claims = {"iss": "supabase-demo", "role": role, "exp": LEGACY_EXPIRY}
    return jwt.encode(claims, LOCAL_JWT_SECRET, algorithm="HS256")


def _opaque_key(kind: str) -> str:
    """A key in the newer form; the same for every local stack, because it protects nothing."""
    digest = hashlib.sha256(f"supadesk local {kind}".encode()).digest()
    body = base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")
    check = base64.urlsafe_b64encode(digest[16:22]).decode()
    return f"sb_{kind}_{body}_{check}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """All keys of one stack."""

    jwt_secret: str
    anon_key: str
    service_role_key: str
    publishable_key: str
    secret_key: str
    signing_jwk: dict[str, str]  # private ES256 key, with `kid`

    @classmethod
    def load(cls, folder: Path) -> Keys:
        """The keys of the stack in this folder; makes the ES256 key when there is none."""
        path = folder / "signing_key.json"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            jwk = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()), as_dict=True)
            kid = hashlib.sha256(json.dumps(jwk, sort_keys=True).encode()).hexdigest()[:16]
            jwk = {**jwk, "kid": kid, "use": "sig", "alg": "ES256"}
            path.write_text(json.dumps(jwk))
            path.chmod(0o600)
        return cls(
            jwt_secret=LOCAL_JWT_SECRET,
            anon_key=_legacy_key("anon"),
            service_role_key=_legacy_key("service_role"),
            publishable_key=_opaque_key("publishable"),
            secret_key=_opaque_key("secret"),
            signing_jwk=json.loads(path.read_text()),
        )

    @property
    def public_jwk(self) -> dict[str, Any]:
        """The ES256 key as strangers may see it."""
        return {k: v for k, v in self.signing_jwk.items() if k != "d"} | {"key_ops": ["verify"]}

    def jwks(self) -> dict[str, Any]:
        """What `/auth/v1/.well-known/jwks.json` publishes."""
        return {"keys": [self.public_jwk]}

    def postgrest_jwks(self) -> str:
        """The verification keys PostgREST takes as its `jwt-secret`: ES256 and the HS256 secret."""
        secret = base64.urlsafe_b64encode(self.jwt_secret.encode()).decode().rstrip("=")
        return json.dumps({"keys": [self.public_jwk, {"kty": "oct", "k": secret, "alg": "HS256"}]})

    def role_of_key(self, key: str) -> str | None:
        """The database role behind an API key in the newer form, else None."""
        return {self.publishable_key: "anon", self.secret_key: "service_role"}.get(key)

    def as_jwt(self, key: str) -> str:
        """Translate a newer key to the legacy JWT of the same role, as Supabase's gateway does."""
        if key == self.publishable_key:
            return self.anon_key
        if key == self.secret_key:
            return self.service_role_key
        return key

    def sign(self, claims: dict[str, Any]) -> str:
        """An HS256 token with these claims."""
        return jwt.encode(claims, self.jwt_secret, algorithm="HS256")

    def verify(self, token: str, *, leeway: float = 0) -> dict[str, Any]:
        """The claims of a token signed with one of our keys.

        Raises `TokenError`. A missing `exp` is allowed here; Realtime refuses it itself.
        """
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as error:
            raise TokenError("malformed", str(error)) from None
        algorithm = header.get("alg")
        if algorithm not in _ALGORITHMS:
            raise TokenError("signature", f"signing method {algorithm} is not accepted")
        key: Any = (
            self.jwt_secret if algorithm == "HS256" else ECAlgorithm.from_jwk(self.public_jwk)
        )
        try:
            claims: dict[str, Any] = jwt.decode(
                token, key, algorithms=[algorithm], leeway=leeway, options={"verify_aud": False}
            )
        except jwt.ExpiredSignatureError as error:
            raise TokenError("expired", str(error)) from None
        except jwt.InvalidSignatureError as error:
            raise TokenError("signature", str(error)) from None
        except jwt.DecodeError as error:
            raise TokenError("malformed", str(error)) from None
        except jwt.PyJWTError as error:
            raise TokenError("claims", str(error)) from None
        return claims

    def expired_since(self, token: str) -> int:
        """How many seconds ago a well-signed token ended (0 when it has not)."""
        claims = jwt.decode(token, options={"verify_signature": False})
        return max(0, int(time.time() - float(claims.get("exp", time.time()))))
