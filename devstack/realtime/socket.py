"""One WebSocket: frames in, to the channels joined on it; frames out, never more than it reads."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from devstack.realtime import frames
from devstack.realtime.channel import Channel
from devstack.realtime.frames import Frame, MalformedFrameError, Ref, dumps
from devstack.realtime.room import PREFIX

if TYPE_CHECKING:
    from devstack.realtime.app import Realtime

MAX_FRAME = 5 * 1024 * 1024  # bytes
MAX_CHANNELS = 100
MAX_BACKLOG = 16 * 1024 * 1024  # bytes written and not read, at which a reader is given up
IDLE = 60.0  # seconds without a frame; clients send a heartbeat every 25
CLOSE_TIMEOUT = 1.0  # seconds to wait for the other side of a closing handshake
_MALFORMED, _FAILED, _GOING_AWAY = 1007, 1011, 1001  # WebSocket close codes

log = logging.getLogger("devstack.realtime")


class Socket:
    """A client's connection and its channels."""

    def __init__(
        self, realtime: Realtime, request: web.Request, version: int, token: str, headers: str
    ) -> None:
        self.realtime = realtime
        self.version = version
        self.token = token  # the API key, as a JWT
        self.headers = headers  # JSON object of the x-* headers
        self.channels: dict[str, Channel] = {}
        self._ws = web.WebSocketResponse(
            timeout=CLOSE_TIMEOUT, receive_timeout=IDLE, max_msg_size=MAX_FRAME, compress=False
        )
        self._request = request
        self._transport: asyncio.Transport | None = None

    async def serve(self) -> web.WebSocketResponse:
        """Speak until either side ends it."""
        await self._ws.prepare(self._request)
        # Frames are written to the transport as they are: a broadcast is encoded once, not once a
        # socket, and order holds without a queue and a task for each.
        self._transport = self._request.transport
        try:
            while True:
                message = await self._ws.receive()
                if message.type is WSMsgType.TEXT:
                    await self._handle(frames.decode_text(self.version, message.data))
                elif message.type is WSMsgType.BINARY:
                    await self._handle(frames.decode_binary(self.version, message.data))
                else:
                    break
        except TimeoutError:
            await self._ws.close()
        except (MalformedFrameError, RecursionError) as error:
            await self._ws.close(code=_MALFORMED, message=str(error).encode()[:100])
        except Exception:
            log.exception("socket.failed")
            await self._ws.close(code=_FAILED)
        finally:
            for channel in list(self.channels.values()):
                channel.close()
            self._transport = None
        return self._ws

    async def end(self) -> None:
        """Close, because the server stops."""
        await self._ws.close(code=_GOING_AWAY)

    def write(self, frame: bytes) -> None:
        """Send a WebSocket frame; give the client up when it reads too slowly."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        transport.write(frame)
        if transport.get_write_buffer_size() > MAX_BACKLOG:
            log.warning("socket.too_slow")
            transport.abort()

    def push(self, topic: str, event: str, payload: str, ref: Ref, join_ref: Ref) -> None:
        """Send an event; `payload` is JSON text."""
        self.write(
            frames.encode(
                self.version, topic=topic, event=event, payload=payload, ref=ref, join_ref=join_ref
            )
        )

    def reply(self, frame: Frame, status: str, response: Any) -> None:
        """Answer a frame."""
        payload = dumps({"status": status, "response": response})
        self.push(frame.topic, "phx_reply", payload, frame.ref, frame.join_ref)

    async def _handle(self, frame: Frame) -> None:
        channel = self.channels.get(frame.topic)
        if frame.topic == "phoenix" and frame.event == "heartbeat":
            self.reply(frame, "ok", {})
        elif frame.event == "phx_join" and frame.topic.startswith(PREFIX):
            if channel:
                channel.close()
            if len(self.channels) >= MAX_CHANNELS:
                reason = "ChannelRateLimitReached: Too many channels"
                self.reply(frame, "error", {"reason": reason})
                return
            await Channel(self, frame).join(frame)
        elif channel is None or frame.join_ref not in (None, channel.join_ref):
            if frame.event == "phx_leave":  # left already
                self.reply(frame, "ok", {})
            elif channel is None:
                self.reply(frame, "error", {"reason": "unmatched topic"})
        else:
            await channel.handle(frame)
