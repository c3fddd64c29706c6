"""The factory of the tests: each method writes one thing, with what it needs, and returns it."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from tests.support.database import Connection, run, value


@dataclass(frozen=True, slots=True)
class Account:
    """A tenant."""

    id: UUID


@dataclass(frozen=True, slots=True)
class User:
    """A login."""

    id: UUID
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """A channel of an account."""

    id: UUID
    account_id: UUID


@dataclass(frozen=True, slots=True)
class Team:
    """Agents who share conversations."""

    id: UUID
    account_id: UUID


@dataclass(frozen=True, slots=True)
class Contact:
    """A person and their address in one inbox."""

    id: UUID
    account_id: UUID
    inbox_id: UUID
    contact_inbox_id: UUID


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread."""

    id: UUID
    account_id: UUID
    inbox_id: UUID
    contact_id: UUID
    contact_inbox_id: UUID


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser with a website chat session."""

    account_id: UUID
    inbox_id: UUID
    contact_id: UUID
    contact_inbox_id: UUID

    @property
    def claims(self) -> dict[str, str]:
        """What the service puts into the visitor's token."""
        return {
            "account_id": str(self.account_id),
            "inbox_id": str(self.inbox_id),
            "contact_id": str(self.contact_id),
            "contact_inbox_id": str(self.contact_inbox_id),
        }


def sha256(text: str) -> str:
    """What is stored of a refresh token."""
    return hashlib.sha256(text.encode()).hexdigest()


class Make:
    """Writes rows as the owner of the database, as if they had always been there."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self._numbers = itertools.count(1)

    def account(self, name: str = "Acme", **columns: Any) -> Account:
        """An account without members."""
        return Account(self._insert("public.accounts", name=name, **columns))

    def user(self, name: str | None = None) -> User:
        """A login that belongs to no account."""
        number = next(self._numbers)
        name = name or f"User {number}"
        email = f"user{number}.{uuid4().hex[:8]}@example.com"
        id_ = value(
            self.db,
            "insert into auth.users (id, email, raw_user_meta_data) values (%s, %s, %s) returning id",
            uuid4(),
            email,
            Jsonb({"name": name}),
        )
        return User(id_, name, email)

    def membership(self, account: Account, user: User, role: str = "agent") -> None:
        """Let this login work in the account."""
        run(
            self.db,
            "insert into public.account_users (account_id, user_id, role) values (%s, %s, %s)",
            account.id,
            user.id,
            role,
        )

    def agent(self, where: Account | Inbox, name: str | None = None) -> User:
        """An agent of an account, and of the inbox when one is given."""
        user = self.user(name)
        account = where if isinstance(where, Account) else Account(where.account_id)
        self.membership(account, user)
        if isinstance(where, Inbox):
            self.member(where, user)
        return user

    def administrator(self, account: Account, name: str | None = None) -> User:
        """An administrator."""
        user = self.user(name)
        self.membership(account, user, "administrator")
        return user

    def connection(
        self, account: Account, channel: str, address: str, secrets: dict[str, str] | None = None,
        settings: dict[str, Any] | None = None,
    ) -> Inbox:  # fmt: skip
        """An inbox that is connected to a provider."""
        id_ = value(
            self.db,
            "insert into public.inboxes (account_id, name, channel_type) values (%s, 'Channel', %s)"
            " returning id",
            account.id,
            channel,
        )
        run(
            self.db,
            "insert into public.channel_connections (account_id, inbox_id, channel_type, address,"
            " settings) values (%s, %s, %s, %s, %s)",
            account.id,
            id_,
            channel,
            address,
            Jsonb(settings or {}),
        )
        run(
            self.db,
            "insert into private.channel_secrets (account_id, inbox_id, secrets) values (%s, %s, %s)",
            account.id,
            id_,
            Jsonb(secrets or {}),
        )
        return Inbox(id_, account.id)

    def templates(self, inbox: Inbox, *templates: dict[str, Any]) -> Inbox:
        """What the inbox's provider approved; a text without variables when nothing is given."""
        hello = {
            "name": "hello",
            "language": "en",
            "category": "utility",
            "status": "approved",
            "parameter_format": "positional",
            "components": [{"type": "BODY", "text": "Hello"}],
        }
        value(
            self.db,
            "select service.replace_templates(%s, %s)",
            inbox.id,
            Jsonb(list(templates) or [hello]),
        )
        return inbox

    def inbox(self, account: Account, channel: str = "web_widget", **columns: Any) -> Inbox:
        """An inbox with its channel."""
        id_ = value(
            self.db, "select private.make_inbox(%s, %s, %s)", account.id, "Support", channel
        )
        for name, new in columns.items():
            run(self.db, f"update public.inboxes set {name} = %s where id = %s", new, id_)
        return Inbox(id_, account.id)

    def member(self, inbox: Inbox, user: User) -> None:
        """Let an agent work an inbox."""
        run(
            self.db,
            "insert into public.inbox_members (account_id, inbox_id, user_id) values (%s, %s, %s)",
            inbox.account_id,
            inbox.id,
            user.id,
        )

    def custom_role(self, account: Account, *permissions: str) -> UUID:
        """A role with these permissions."""
        return self._insert(
            "public.custom_roles", account_id=account.id, name="Role", permissions=[*permissions]
        )

    def role_of(self, account: Account, user: User, *permissions: str) -> UUID:
        """Narrow an agent to these permissions; the role's id."""
        role = self.custom_role(account, *permissions)
        run(
            self.db,
            "update public.account_users set custom_role_id = %s where account_id = %s and user_id = %s",
            role,
            account.id,
            user.id,
        )
        return role

    def invitation(self, account: Account, by: User) -> UUID:
        """An invitation that waits for an answer."""
        return self._insert(
            "public.invitations", account_id=account.id, email="waiting@example.com",
            token_hash=sha256(uuid4().hex), invited_by=by.id,
        )  # fmt: skip

    def team(self, account: Account, *members: User, **columns: Any) -> Team:
        """A team of these agents."""
        columns.setdefault("name", f"team {next(self._numbers)}")
        team = Team(self._insert("public.teams", account_id=account.id, **columns), account.id)
        for user in members:
            run(
                self.db,
                "insert into public.team_members (account_id, team_id, user_id) values (%s, %s, %s)",
                account.id,
                team.id,
                user.id,
            )
        return team

    def participant(self, conversation: Conversation, user: User) -> None:
        """Let an agent follow a conversation."""
        run(
            self.db,
            """
            insert into public.conversation_participants (account_id, conversation_id, user_id)
            values (%s, %s, %s) on conflict do nothing
            """,
            conversation.account_id,
            conversation.id,
            user.id,
        )

    def contact(self, inbox: Inbox, **columns: Any) -> Contact:
        """A contact with an address in the inbox."""
        contact_id = self._insert("public.contacts", account_id=inbox.account_id, **columns)
        address = self._insert(
            "public.contact_inboxes",
            account_id=inbox.account_id,
            inbox_id=inbox.id,
            contact_id=contact_id,
            source_id=str(uuid4()),
        )
        return Contact(contact_id, inbox.account_id, inbox.id, address)

    def conversation(
        self, inbox: Inbox, contact: Contact | Visitor | None = None, **columns: Any
    ) -> Conversation:
        """A conversation without messages."""
        if isinstance(contact, Visitor):
            self.address_of(contact)
        who = contact or self.contact(inbox)
        address = who.contact_inbox_id
        contact_id = who.id if isinstance(who, Contact) else who.contact_id
        id_ = self._insert(
            "public.conversations",
            account_id=inbox.account_id,
            inbox_id=inbox.id,
            contact_id=contact_id,
            contact_inbox_id=address,
            **columns,
        )
        return Conversation(id_, inbox.account_id, inbox.id, contact_id, address)

    def incoming(
        self, conversation: Conversation, content: str = "Hello?", at: datetime | None = None
    ) -> UUID:
        """A message of the contact."""
        return self._message(
            conversation, content, at, message_type="incoming",
            sender_contact_id=conversation.contact_id,
        )  # fmt: skip

    def outgoing(
        self,
        conversation: Conversation,
        sender: User | None,
        content: str = "Hi!",
        at: datetime | None = None,
        **columns: Any,
    ) -> UUID:
        """A public reply; without a sender the system's."""
        sender_id = sender.id if sender else None
        return self._message(conversation, content, at, sender_user_id=sender_id, **columns)

    def note(
        self,
        conversation: Conversation,
        sender: User,
        content: str = "Psst.",
        at: datetime | None = None,
    ) -> UUID:
        """A note among agents."""
        return self.outgoing(conversation, sender, content, at, private=True)

    def label(self, account: Account | Inbox, title: str, **columns: Any) -> UUID:
        """A label of the account."""
        owner = account.id if isinstance(account, Account) else account.account_id
        return self._insert("public.labels", account_id=owner, title=title, **columns)

    def contact_note(
        self, account: Account, contact_id: UUID, author: User, content: str = "Likes tea."
    ) -> UUID:
        """A note about a contact."""
        return self._insert(
            "public.notes",
            account_id=account.id, contact_id=contact_id, user_id=author.id, content=content,
        )  # fmt: skip

    def custom_attribute(
        self, account: Account, key: str, model: str = "contact_attribute", **columns: Any
    ) -> UUID:
        """The definition of a custom attribute."""
        return self._insert(
            "public.custom_attribute_definitions",
            account_id=account.id, attribute_model=model, attribute_key=key, display_name=key, **columns,
        )  # fmt: skip

    def version(
        self, conversation: Conversation, message_id: UUID, content: str = "Before."
    ) -> UUID:
        """What a message said before an edit."""
        return self._insert(
            "public.message_versions",
            account_id=conversation.account_id,
            conversation_id=conversation.id,
            message_id=message_id,
            content=content,
        )

    def attachment(
        self, conversation: Conversation, message_id: UUID | None = None, **columns: Any
    ) -> UUID:
        """A file that was looked at and found good, unless the columns say otherwise."""
        id_ = uuid4()
        folder = f"{conversation.account_id}/{conversation.id}/{id_}"
        given = {
            "state": "ready",
            "storage_path": f"{folder}/cat.png",
            "file_name": "cat.png",
            "content_type": "image/png",
            "file_type": "image",
            "byte_size": 10,
        }
        self._insert(
            "public.attachments",
            id=id_,
            account_id=conversation.account_id,
            conversation_id=conversation.id,
            message_id=message_id,
            **given | columns,
        )
        if message_id is not None:
            run(
                self.db,
                "update public.messages set attachments_at = now() where conversation_id = %s and id = %s",
                conversation.id,
                message_id,
            )
        return id_

    def stored(self, path: str) -> None:
        """An object in the bucket of attachments."""
        run(
            self.db,
            "insert into storage.objects (bucket_id, name) values ('attachments', %s)",
            path,
        )

    def canned_response(
        self, account: Account, short_code: str = "hello", content: str = "Hello!"
    ) -> UUID:
        """A canned response."""
        return self._insert(
            "public.canned_responses",
            account_id=account.id,
            short_code=short_code,
            content=content,
        )

    def custom_filter(
        self, account: Account, name: str = "Urgent", user: User | None = None
    ) -> UUID:
        """A saved view, of one person or of everybody."""
        conditions = [
            {"attribute_key": "priority", "filter_operator": "equal_to", "values": ["urgent"]}
        ]
        return self._insert(
            "public.custom_filters",
            account_id=account.id,
            user_id=user and user.id,
            name=name,
            conditions=Jsonb(conditions),
        )

    def visitor(self, inbox: Inbox) -> Visitor:
        """A browser that opened the website chat and wrote nothing yet."""
        contact_id, contact_inbox_id = self.db.execute(
            """
            insert into private.visitor_sessions
                (account_id, inbox_id, contact_id, contact_inbox_id, refresh_hash)
            values (%s, %s, private.uuid_v7(), private.uuid_v7(), %s)
            returning contact_id, contact_inbox_id
            """,
            (inbox.account_id, inbox.id, sha256(uuid4().hex)),
        ).fetchone() or (None, None)
        assert contact_id is not None
        assert contact_inbox_id is not None
        return Visitor(inbox.account_id, inbox.id, contact_id, contact_inbox_id)

    def address_of(self, visitor: Visitor) -> None:
        """The rows that a visitor's first message makes, if they are not there yet."""
        run(
            self.db,
            "insert into public.contacts (id, account_id) values (%s, %s) on conflict do nothing",
            visitor.contact_id,
            visitor.account_id,
        )
        run(
            self.db,
            """
            insert into public.contact_inboxes (id, account_id, contact_id, inbox_id, source_id)
            values (%s, %s, %s, %s, %s) on conflict do nothing
            """,
            visitor.contact_inbox_id,
            visitor.account_id,
            visitor.contact_id,
            visitor.inbox_id,
            str(visitor.contact_inbox_id),
        )

    def _message(
        self, conversation: Conversation, content: str, at: datetime | None, **columns: Any
    ) -> UUID:
        if at is not None:
            columns["created_at"] = at
        return self._insert(
            "public.messages", conversation_id=conversation.id, content=content, **columns
        )

    def _insert(self, table: str, **columns: Any) -> UUID:
        given = {k: Jsonb(v) if isinstance(v, dict) else v for k, v in columns.items()}
        names = ", ".join(given)
        places = ", ".join(["%s"] * len(given))
        id_ = value(
            self.db,
            f"insert into {table} ({names}) values ({places}) returning id",
            *given.values(),
        )
        assert isinstance(id_, UUID)
        return id_
