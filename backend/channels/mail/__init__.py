"""E-mail: reading, threading, cleaning and sending it. Pure but for `imap`, `smtp` and `oauth`."""
