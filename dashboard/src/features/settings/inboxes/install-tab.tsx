import { useQuery } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/button';
import { env } from '@/lib/supabase';
import { type InboxSettings, identitySecret, widgetsQuery } from '../api';
import { Asked, Confirm, CopyLine, Section, useAttempt } from '../kit';
import { usePlace } from '../place';
import { useSettingsText } from '../texts';

/** What goes into the website's pages, and the secret its server signs with. */
export function InstallTab({ inbox }: { inbox: InboxSettings }) {
  const { t } = useSettingsText();
  const { accountId } = usePlace();
  const widgets = useQuery(widgetsQuery(accountId));
  const attempt = useAttempt();
  const [secret, setSecret] = useState<string | null>(null);
  const [rotating, setRotating] = useState(false);
  return (
    <Asked query={widgets}>
      {(rows) => {
        const widget = rows.find((each) => each.inbox_id === inbox.id);
        if (!widget) return null;
        const address = `${env().apiUrl.replace(/\/$/, '')}/widget.js`;
        return (
          <>
            <Section title={t('install.title')} text={t('install.text')}>
              <CopyLine
                label={t('install.snippet')}
                value={`<script async src="${address}" data-website-token="${widget.website_token}"></script>`}
              />
              <CopyLine label={t('install.token')} value={widget.website_token} />
            </Section>
            <Section title={t('install.identity')} text={t('install.identityText')}>
              {secret === null ? (
                <Button
                  size="md"
                  onClick={() =>
                    void attempt(async () => setSecret(await identitySecret(inbox.id, false)))
                  }
                >
                  <KeyRound aria-hidden="true" size={16} />
                  {t('install.show')}
                </Button>
              ) : (
                <>
                  <CopyLine label={t('install.secret')} value={secret} secret />
                  <Button look="danger" size="md" onClick={() => setRotating(true)}>
                    {t('install.rotate')}
                  </Button>
                </>
              )}
            </Section>
            {rotating && (
              <Confirm
                title={t('install.rotate')}
                text={t('install.rotateText')}
                action={t('install.rotate')}
                run={async () => setSecret(await identitySecret(inbox.id, true))}
                onClose={() => setRotating(false)}
              />
            )}
          </>
        );
      }}
    </Asked>
  );
}
