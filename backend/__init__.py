"""The thin service: turns requests that need a secret, a signature or a model into one call each."""
