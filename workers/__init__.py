"""Workers drain the queue: claim, do, acknowledge; everything that may be retried happens here."""
