import { useState } from 'react';
import { Button } from '@/components/button';
import { type Connection, change } from '../api';
import { FormDialog, useAttempt } from '../kit';
import { usePlace } from '../place';
import { useSettingsText } from '../texts';
import { type ChannelSpec, changedSecrets, changedSettings, shownSettings } from './channels';
import { rememberSecrets } from './just-connected';
import { checkChannel, signInUrl } from './proof';
import { isProvider, providerName } from './sign-in';

interface ReconnectProps {
  connection: Connection;
  spec: ChannelSpec;
}

/** Replaces the credentials, or has one sign in again, and asks the provider whether they are good. */
export function Reconnect({ connection, spec }: ReconnectProps) {
  const { t } = useSettingsText();
  const { accountId } = usePlace();
  const attempt = useAttempt();
  const [open, setOpen] = useState(false);
  const inboxId = connection.inbox_id;
  const broken = connection.state !== 'connected';
  const signedInAt = connection.settings.oauth;
  if (isProvider(signedInAt)) {
    const again = async (): Promise<void> => {
      const asked = { account_id: accountId, inbox_id: inboxId };
      window.location.assign(await signInUrl(signedInAt, asked));
    };
    return (
      <Button size="md" look={broken ? 'primary' : 'secondary'} onClick={() => void attempt(again)}>
        {t('connect.signIn', { provider: providerName(signedInAt) })}
      </Button>
    );
  }
  const shown = shownSettings(spec, connection.settings);
  const words = t(broken ? 'connection.reconnect' : 'connection.change');
  return (
    <>
      <Button size="md" look={broken ? 'primary' : 'secondary'} onClick={() => setOpen(true)}>
        {words}
      </Button>
      {open && (
        <FormDialog
          form="connect"
          title={words}
          submitLabel={t(broken ? 'connection.reconnect' : 'form.save')}
          saved={shown}
          fields={[...spec.settings, ...spec.secrets]}
          save={async (values) => {
            const secrets = changedSecrets(spec, shown, values);
            await change(accountId, 'reconnect_channel', {
              p_inbox_id: inboxId,
              p_settings: changedSettings(spec.settings, connection.settings, values),
              p_secrets: secrets,
            });
            rememberSecrets(inboxId, spec.ours, secrets);
            // Saved is not yet proven. What keeps us from asking is said when it is tried by hand.
            void checkChannel(accountId, inboxId).catch(() => {});
          }}
          onClose={() => setOpen(false)}
        >
          <p className="text-meta text-muted">{t('connection.keepSecrets')}</p>
        </FormDialog>
      )}
    </>
  );
}
