"""A channel: one topic joined on one socket, with the rights of its token."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

import psycopg

from devstack.realtime import authorization, frames, messages, tokens
from devstack.realtime.authorization import BROADCAST, PRESENCE, Caller
from devstack.realtime.bindings import BindingError, identifier, parse
from devstack.realtime.changes import Subscription
from devstack.realtime.database import DatabaseAwayError
from devstack.realtime.frames import Broadcast, Frame, dumps
from devstack.realtime.messages import ReplayError
from devstack.realtime.options import Options, access_token
from devstack.realtime.room import MAX_PAYLOAD, PREFIX, Room
from devstack.realtime.tokens import Claims, TokenRefusedError

if TYPE_CHECKING:
    from devstack.realtime.socket import Socket

CHECK_TOKEN_EVERY = 300.0  # seconds; sooner when the token ends sooner
REPLICATION_TIMEOUT = 10.0  # seconds to wait for the stream of database changes


class _RefusedError(Exception):
    """A join that fails; the message is the reason in the reply."""


class Channel:
    """One joined topic."""

    def __init__(self, socket: Socket, frame: Frame) -> None:
        self.socket = socket
        self.topic = frame.topic
        self.name = frame.topic.removeprefix(PREFIX)
        self.join_ref = frame.ref if frame.join_ref is None else frame.join_ref
        self.options = Options.of(frame.payload)
        self._realtime = socket.realtime
        self._token = self.options.token or socket.token
        self._caller = Caller({})
        self._read: frozenset[str] = frozenset()  # of a private channel: what it may read
        self._write: dict[str, bool] = {}  # and write, as far as that has been asked
        self._room: Room | None = None
        self._held: list[Broadcast] | None = None  # what arrives while replay is read
        self._replayed: set[str | None] = set()
        self._subscriptions: Sequence[Subscription] = ()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._expiry: asyncio.TimerHandle | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still is the channel of its topic on its socket."""
        return self.socket.channels.get(self.topic) is self

    # What the room asks

    @property
    def sees_presence(self) -> bool:
        """Whether presence is sent to it."""
        return self.options.presence and (not self.options.private or PRESENCE in self._read)

    def takes(self, message: Broadcast) -> bool:
        """Whether to send this broadcast to it now."""
        if self.options.private and BROADCAST not in self._read:
            return False
        if self._held is not None:
            self._held.append(message)
            return False
        return message.id is None or message.id not in self._replayed

    # Joining and leaving

    async def join(self, frame: Frame) -> None:
        """Enter the room, or reply why not."""
        self.socket.channels[self.topic] = self
        try:
            replayed = await self._enter()
        except (_RefusedError, DatabaseAwayError) as error:
            self._leave()
            self.socket.reply(frame, "error", {"reason": str(error)})
            return
        bindings = [b for b in self.options.bindings if isinstance(b, dict)]
        echoed = [b | {"id": identifier(b)} for b in bindings]
        self.socket.reply(frame, "ok", {"postgres_changes": echoed})
        self._push_presence()
        for message in replayed:
            self._send(message)
        held, self._held = self._held or [], None
        for message in held:
            if self.takes(message):
                self._send(message)
        self._follow_token()
        self._listen()
        if self.options.announce_replication:
            self._start("replication", self._announce_replication())

    async def _enter(self) -> list[Broadcast]:
        if not self.name:
            raise _RefusedError("TopicNameRequired: You must provide a topic name")
        try:
            claims = tokens.check(self._realtime.keys, self._token)
        except TokenRefusedError as error:
            raise _RefusedError(error.reason) from None
        self._caller = Caller(claims, self.socket.headers)
        if self.options.private:
            self._read = await self._readable(self._caller)
            if not self._read:
                raise _RefusedError(f"Unauthorized: {self._unreadable}")
        self._held = []  # from here on nothing is missed
        self._room = self._realtime.rooms.enter(self)
        return await self._read_replay()

    async def _read_replay(self) -> list[Broadcast]:
        if self.options.replay is None:
            return []
        if not self.options.private:
            reason = "Replay is not allowed for public channels"
            raise _RefusedError(f"UnableToReplayMessages: {reason}")
        if BROADCAST not in self._read:
            raise _RefusedError(f"Unauthorized: {self._unreadable}")
        try:
            found = await messages.replay(self._realtime.pool, self.name, self.options.replay)
        except ReplayError as error:
            raise _RefusedError(f"UnableToReplayMessages: {error}") from None
        self._replayed = {message.id for message in found}
        return found

    def close(self) -> None:
        """End the channel and tell the client."""
        self.push("phx_close", "{}", ref=self.join_ref)
        self._leave()

    def _leave(self) -> None:
        if not self.is_open:
            return
        del self.socket.channels[self.topic]
        self._realtime.rooms.leave(self)
        self._realtime.changes.unsubscribe(self._subscriptions)
        self._subscriptions = ()
        if self._expiry:
            self._expiry.cancel()
        for task in self._tasks.values():
            task.cancel()

    def _shut(self, message: str) -> None:
        """End the channel from this side, and say why."""
        self._system("system", "error", message)
        self.close()

    # What the client says

    async def handle(self, frame: Frame) -> None:
        """Do what a frame on this topic asks; what is unknown is ignored."""
        try:
            match frame.event:
                case "phx_leave":
                    self.socket.reply(frame, "ok", {})
                    self.close()
                case "access_token":
                    await self._renew(frame.payload)
                case "broadcast":
                    await self._broadcast(frame)
                case "presence":
                    await self._presence(frame)
        except DatabaseAwayError as error:
            self.socket.reply(frame, "error", {"reason": str(error)})

    async def _broadcast(self, frame: Frame) -> None:
        message = frame.payload
        if isinstance(message, dict):  # from a text frame
            event = message.get("event")
            message = Broadcast(event=event if isinstance(event, str) else "", body=dumps(message))
        if not isinstance(message, Broadcast) or self._room is None:
            return
        if self.options.private and not await self._may_write(BROADCAST):
            return
        fits = message.size <= MAX_PAYLOAD
        if fits:
            self._room.broadcast(message, None if self.options.hear_itself else self)
        if self.options.acknowledge:
            status, response = ("ok", {}) if fits else ("error", {"reason": "Payload too large"})
            self.socket.reply(frame, status, response)

    async def _presence(self, frame: Frame) -> None:
        request = frame.payload if isinstance(frame.payload, dict) else {}
        event = request.get("event")
        if event is None:
            self.socket.reply(frame, "ok", {})
            return
        word = event.lower() if isinstance(event, str) else ""
        if word == "track":
            await self._track(frame, request.get("payload", {}))
        elif word == "untrack" and self._room:
            self._room.untrack(self)
            self.socket.reply(frame, "ok", {})
        else:
            self.socket.reply(frame, "error", {"reason": "Unknown presence event"})

    async def _track(self, frame: Frame, payload: Any) -> None:
        late = not self.options.presence  # it is this that switches presence on
        if self.options.private:
            if not await self._may_write(PRESENCE):
                self.socket.reply(frame, "error", {"reason": "Unauthorized"})
                return
            if late:
                self._read |= await self._ask_read(self._caller, [PRESENCE])
        if not isinstance(payload, dict):
            reason = "Presence track payload must be a map"
            self.socket.reply(frame, "error", {"reason": reason})
            return
        if len(dumps(payload)) > MAX_PAYLOAD:
            self._shut("Track message size exceeded")
            return
        if self._room is None or not self.is_open:
            return
        self.options.presence = True
        self._room.track(self, payload)
        self.socket.reply(frame, "ok", {})
        if late:
            self._push_presence()

    async def _renew(self, payload: Any) -> None:
        token = access_token(payload)
        if token is None or token == self._token:
            return
        try:
            claims = tokens.check(self._realtime.keys, token)
            caller = Caller(claims, self.socket.headers)
            read = await self._readable(caller) if self.options.private else self._read
        except (TokenRefusedError, DatabaseAwayError) as error:
            self._shut(str(error))
            return
        if self._read - read:
            self._shut(self._unreadable)
            return
        self._token, self._caller, self._read, self._write = token, caller, read, {}
        self._follow_token()
        self._listen()

    # Rights

    async def _readable(self, caller: Caller) -> frozenset[str]:
        extensions = [BROADCAST, PRESENCE] if self.options.presence else [BROADCAST]
        return await self._ask_read(caller, extensions)

    async def _ask_read(self, caller: Caller, extensions: Collection[str]) -> frozenset[str]:
        return await authorization.readable(self._realtime.pool, self.name, caller, extensions)

    async def _may_write(self, extension: str) -> bool:
        if extension not in self._write:
            self._write[extension] = await authorization.writable(
                self._realtime.pool, self.name, self._caller, extension
            )
        return self._write[extension]

    @property
    def _unreadable(self) -> str:
        return f"You do not have permissions to read from this Channel topic: {self.name}"

    def _follow_token(self) -> None:
        """Close when the token ends; looks again now and then, because clocks are set."""
        if self._expiry:
            self._expiry.cancel()
        left = self._caller.claims["exp"] - time.time()
        if left <= 0:
            self._shut(f"Token has expired {int(-left)} seconds ago")
        elif self.is_open:
            loop = asyncio.get_running_loop()
            self._expiry = loop.call_later(min(left, CHECK_TOKEN_EVERY), self._follow_token)

    # Database changes

    def _listen(self) -> None:
        """Hear the bindings, from now on with the rights of the present token."""
        if self.options.bindings:
            self._start("changes", self._subscribe(self._caller.claims))

    async def _subscribe(self, claims: Claims) -> None:
        changes = self._realtime.changes
        try:
            bindings = [(identifier(b), parse(b)) for b in self.options.bindings]
            await self._replication()
            made = await changes.subscribe(self, bindings, claims)
        except (BindingError, DatabaseAwayError, psycopg.Error) as error:
            self._system("postgres_changes", "error", str(error))
        except TimeoutError:
            self._system("postgres_changes", "error", str(DatabaseAwayError()))
        else:
            changes.unsubscribe(self._subscriptions)
            self._subscriptions = made
            self._system("postgres_changes", "ok", "Subscribed to PostgreSQL")

    async def _announce_replication(self) -> None:
        try:
            await self._replication()
        except TimeoutError:
            self._shut("Replication connection was not established in time")
        else:
            self._system("system", "ok", "Replication connection established")

    async def _replication(self) -> None:
        await asyncio.wait_for(self._realtime.replication.ready.wait(), REPLICATION_TIMEOUT)

    def _start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        if before := self._tasks.get(name):
            before.cancel()
        self._tasks[name] = asyncio.create_task(work)

    # What the client is told

    def push(self, event: str, payload: str, ref: frames.Ref = None) -> None:
        """Send an event on this channel, if it is open; `payload` is JSON text."""
        if self.is_open:
            self.socket.push(self.topic, event, payload, ref, self.join_ref)

    def _send(self, message: Broadcast) -> None:
        if frame := message.encode(self.socket.version, self.topic):
            self.socket.write(frame)

    def _push_presence(self) -> None:
        if self.sees_presence and self._room:
            self.push("presence_state", dumps(self._room.state()))

    def _system(self, extension: str, status: str, message: str) -> None:
        payload = {
            "channel": self.name,
            "extension": extension,
            "status": status,
            "message": message,
        }
        self.push("system", dumps(payload))
