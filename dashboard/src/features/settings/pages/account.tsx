import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { languageNames } from '@/i18n';
import { accountQuery, labelsQuery, refreshSettings, updateRows } from '../api';
import { numberOr } from '../fields';
import { Asked, ForAdministrators, Page, SettingsForm } from '../kit';
import { usePlace } from '../place';
import { useSettingsText } from '../texts';
import { timeZones } from '../time-zones';

export default function Account() {
  return (
    <ForAdministrators>
      <AccountForm />
    </ForAdministrators>
  );
}

/** The account itself, and when conversations end by themselves. */
function AccountForm() {
  const { t } = useSettingsText();
  const { accountId } = usePlace();
  const account = useQuery(accountQuery(accountId));
  const { data: labels } = useQuery(labelsQuery(accountId));
  const zones = useMemo(timeZones, []);
  return (
    <Page title={t('page.account')} text={t('account.text')}>
      <Asked query={account}>
        {(found) => {
          const minutes = found.settings.auto_resolve_after;
          return (
            <SettingsForm
              form="account"
              fieldOf={{ accounts_settings: 'auto_resolve_after' }}
              saved={{
                ...found,
                domain: found.domain ?? '',
                support_email: found.support_email ?? '',
                auto_resolve: typeof minutes === 'number',
                auto_resolve_after: String(minutes ?? 14400),
                auto_resolve_message: found.settings.auto_resolve_message ?? '',
                auto_resolve_ignore_waiting: found.settings.auto_resolve_ignore_waiting === true,
                auto_resolve_label: found.settings.auto_resolve_label ?? '',
              }}
              save={async (changed, all) => {
                const row = Object.fromEntries(
                  Object.entries(changed).filter(([name]) => !name.startsWith('auto_resolve')),
                );
                for (const name of ['domain', 'support_email'])
                  if (row[name] === '') row[name] = null;
                if (Object.keys(changed).some((name) => name.startsWith('auto_resolve'))) {
                  row.settings = {
                    ...found.settings,
                    auto_resolve_after: all.auto_resolve
                      ? numberOr(String(all.auto_resolve_after).trim())
                      : null,
                    auto_resolve_message: all.auto_resolve_message || null,
                    auto_resolve_ignore_waiting: all.auto_resolve_ignore_waiting,
                    auto_resolve_label: all.auto_resolve_label || null,
                  };
                }
                await updateRows('accounts', { id: accountId }, row);
                await refreshSettings(accountId);
              }}
              sections={[
                {
                  title: t('inbox.general'),
                  fields: [
                    { name: 'name', required: true },
                    {
                      name: 'locale',
                      kind: 'select',
                      options: Object.entries(languageNames).map(([value, label]) => ({
                        value,
                        label,
                      })),
                    },
                    {
                      name: 'timezone',
                      kind: 'select',
                      code: true,
                      options: [...new Set([found.timezone, ...zones])].map((value) => ({
                        value,
                        label: value.replaceAll('_', ' '),
                      })),
                    },
                    { name: 'support_email', code: true },
                    { name: 'domain', code: true },
                  ],
                },
                {
                  title: t('account.autoResolve'),
                  text: t('account.autoResolveText'),
                  fields: [
                    { name: 'auto_resolve', kind: 'switch' },
                    ...[
                      { name: 'auto_resolve_after', kind: 'number' as const, code: true },
                      { name: 'auto_resolve_message', kind: 'long' as const },
                      { name: 'auto_resolve_ignore_waiting', kind: 'switch' as const },
                      {
                        name: 'auto_resolve_label',
                        kind: 'select' as const,
                        options: ['', ...(labels ?? []).map((label) => label.title)].map(
                          (value) => ({ value, label: value || t('account.noLabel') }),
                        ),
                      },
                    ].map((spec) => ({
                      ...spec,
                      show: (values: Record<string, unknown>) => values.auto_resolve === true,
                    })),
                  ],
                },
              ]}
            />
          );
        }}
      </Asked>
    </Page>
  );
}
