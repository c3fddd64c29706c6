"""Messaging providers on loopback: they take what a business sends, and let one play its customers.

Each provider speaks its own API and signs its own webhooks. Nothing here knows the program on the other
side: it is told where webhooks go and by which secrets, as the real providers are.
"""
