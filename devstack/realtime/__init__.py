"""An emulator of Supabase Realtime: Phoenix channels with broadcast, presence and database changes.

`app` wires the parts. A `socket` speaks the frames of `frames` and holds the `channel`s joined on
it; channels of one topic meet in a `room`. What the database says arrives as a stream of rows
(`replication`, decoded by `pgoutput`): rows of realtime.messages are broadcasts, rows of published
tables become `changes`. Who may read and write is asked of the database (`authorization`, `rows`).
"""

from devstack.realtime.app import create_app

__all__ = ["create_app"]
