import { useQuery } from '@tanstack/react-query';
import { changeLocale, languageNames } from '@/i18n';
import { type Locale, setPreferences, type Theme, usePreferences } from '@/lib/preferences';
import { queryClient } from '@/lib/query-client';
import { profileQuery, refreshSettings, updateRows } from '../api';
import { Fields } from '../fields';
import { Asked, Page, Section, SettingsForm } from '../kit';
import { usePlace } from '../place';
import { useSettingsText } from '../texts';

/** Oneself: what colleagues and customers see, and how this device behaves. */
export default function ProfilePage() {
  const { t, i18n } = useSettingsText();
  const { accountId, userId } = usePlace();
  const profile = useQuery(profileQuery(userId));
  const preferences = usePreferences();

  function prefer(name: string, value: unknown): void {
    if (name === 'locale') void changeLocale(value as Locale);
    else if (name === 'theme') setPreferences({ theme: value as Theme });
    else if (name === 'send_key') setPreferences({ enterSends: value === 'enter' });
    else setPreferences({ singleKeys: value === true });
  }

  return (
    <Page title={t('page.profile')}>
      <Asked query={profile}>
        {(found) => (
          <SettingsForm
            form="profile"
            saved={{
              ...found,
              display_name: found.display_name ?? '',
              message_signature: found.message_signature ?? '',
            }}
            save={async (changed) => {
              const row = { ...changed };
              for (const name of ['display_name', 'message_signature'])
                if (row[name] === '') row[name] = null;
              await updateRows('users', { id: userId }, row);
              await queryClient.invalidateQueries({ queryKey: profileQuery(userId).queryKey });
              await refreshSettings(accountId);
            }}
            sections={[
              {
                title: t('profile.you'),
                text: found.email,
                fields: [
                  { name: 'name' },
                  { name: 'display_name' },
                  { name: 'message_signature', kind: 'long', rows: 4 },
                ],
              },
            ]}
          />
        )}
      </Asked>
      <Section title={t('profile.device')} text={t('profile.deviceText')}>
        <Fields
          form="profile"
          errorOf={() => undefined}
          onChange={prefer}
          values={{
            theme: preferences.theme,
            locale: i18n.language,
            send_key: preferences.enterSends ? 'enter' : 'mod',
            single_keys: preferences.singleKeys,
          }}
          specs={[
            {
              name: 'theme',
              kind: 'select',
              options: ['auto', 'light', 'dark'].map((value) => ({
                value,
                label: t(`theme.${value}`),
              })),
            },
            {
              name: 'locale',
              kind: 'select',
              options: Object.entries(languageNames).map(([value, label]) => ({ value, label })),
            },
            {
              name: 'send_key',
              kind: 'select',
              options: ['mod', 'enter'].map((value) => ({
                value,
                label: t(`profile.send.${value}`),
              })),
            },
            { name: 'single_keys', kind: 'switch' },
          ]}
        />
      </Section>
    </Page>
  );
}
