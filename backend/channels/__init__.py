"""Adapters: each turns one provider's dialect into ours and back. Nothing here knows the database."""
