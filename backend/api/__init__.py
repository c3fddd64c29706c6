"""HTTP routes: each turns one request into one call."""
