"""One retryable step each. Running a task twice has the effect of running it once."""

from __future__ import annotations

from datetime import timedelta

from workers.registry import Registered
from workers.retry import OUTBOUND
from workers.tasks import (
    delete_inbox,
    deliver_message,
    deliver_webhook,
    fetch_media,
    process_attachment,
    receive_events,
    refresh_token,
    relabel,
    remove_objects,
    send_digest,
    send_notification_email,
    send_templates,
    sync_templates,
    tell_new_conversation,
    visit_mailbox,
)

MINUTES = timedelta(minutes=1)

TASKS: dict[str, Registered] = {
    "delete_inbox": Registered(delete_inbox.run),
    "deliver_message": Registered(
        deliver_message.run, timeout=2 * MINUTES, at_once=40, retry=OUTBOUND
    ),
    "deliver_webhook": Registered(deliver_webhook.run),
    "fetch_media": Registered(fetch_media.run, timeout=5 * MINUTES, at_once=4),
    "process_attachment": Registered(process_attachment.run, timeout=2 * MINUTES, at_once=2),
    "receive_events": Registered(receive_events.run, timeout=5 * MINUTES),
    "refresh_token": Registered(refresh_token.run),
    "relabel": Registered(relabel.run),
    "remove_objects": Registered(remove_objects.run),
    "send_digest": Registered(send_digest.run),
    "send_notification_email": Registered(send_notification_email.run),
    "send_templates": Registered(send_templates.run),
    "sync_templates": Registered(sync_templates.run, timeout=2 * MINUTES),
    "tell_new_conversation": Registered(tell_new_conversation.run),
    "visit_mailbox": Registered(visit_mailbox.run, timeout=2 * MINUTES),
}
