import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/button';
import { change, type InboxSettings, refreshSettings, updateRows } from '../api';
import { numberOr } from '../fields';
import { Confirm, type FormSection, Section, SettingsForm } from '../kit';
import { usePlace, useSettingsNavigate } from '../place';
import { useSettingsText } from '../texts';

/** What every inbox has: name, greeting, how conversations are handed out, and its end. */
export function SettingsTab({ inbox }: { inbox: InboxSettings }) {
  const { t } = useSettingsText();
  const { accountId } = usePlace();
  const navigate = useSettingsNavigate();
  const [deleting, setDeleting] = useState(false);
  const website = inbox.channel_type === 'web_widget';
  const limit = inbox.auto_assignment_config.max_assignment_limit;

  const sections: FormSection[] = [
    {
      title: t('inbox.general'),
      fields: [
        { name: 'name', required: true },
        { name: 'greeting_enabled', kind: 'switch' },
        {
          name: 'greeting_message',
          kind: 'long',
          show: (values) => values.greeting_enabled === true,
        },
        ...(website ? [{ name: 'enable_email_collect', kind: 'switch' as const }] : []),
        ...(inbox.channel_type === 'email'
          ? [
              {
                name: 'sender_name_type',
                kind: 'select' as const,
                options: ['friendly', 'professional'].map((value) => ({
                  value,
                  label: t(`inbox.sender.${value}`),
                })),
              },
              { name: 'business_name' },
            ]
          : []),
      ],
    },
    {
      title: t('inbox.handOff'),
      text: t('inbox.handOffText'),
      fields: [
        { name: 'enable_auto_assignment', kind: 'switch' },
        {
          name: 'max_assignment_limit',
          kind: 'number',
          code: true,
          show: (values) => values.enable_auto_assignment === true,
        },
        { name: 'lock_to_single_conversation', kind: 'switch' },
        ...(website ? [{ name: 'allow_messages_after_resolved', kind: 'switch' as const }] : []),
      ],
    },
  ];

  return (
    <>
      <SettingsForm
        form="inbox"
        sections={sections}
        saved={{
          ...inbox,
          greeting_message: inbox.greeting_message ?? '',
          business_name: inbox.business_name ?? '',
          max_assignment_limit: typeof limit === 'number' ? String(limit) : '',
        }}
        fieldOf={{ inboxes_auto_assignment_config: 'max_assignment_limit' }}
        save={async ({ max_assignment_limit: newLimit, ...changed }) => {
          const row = { ...changed };
          if (row.business_name === '') row.business_name = null;
          if (newLimit !== undefined) {
            const { max_assignment_limit: _, ...others } = inbox.auto_assignment_config;
            row.auto_assignment_config =
              newLimit === ''
                ? others
                : { ...others, max_assignment_limit: numberOr(String(newLimit)) };
          }
          await updateRows('inboxes', { id: inbox.id, account_id: accountId }, row);
          await refreshSettings(accountId);
        }}
      />
      <Section title={t('inbox.delete')} text={t('inbox.deleteText')} danger>
        <Button look="danger" size="md" onClick={() => setDeleting(true)}>
          <Trash2 aria-hidden="true" size={16} />
          {t('inbox.delete')}
        </Button>
      </Section>
      {deleting && (
        <Confirm
          title={t('inbox.deleteTitle', { name: inbox.name })}
          text={t('inbox.deleteText')}
          action={t('inbox.delete')}
          typed={inbox.name}
          run={async () => {
            await change(accountId, 'delete_inbox', { p_inbox_id: inbox.id });
            navigate('inboxes');
          }}
          onClose={() => setDeleting(false)}
        />
      )}
    </>
  );
}
