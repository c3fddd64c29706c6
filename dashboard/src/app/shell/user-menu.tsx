import { useQueryClient } from '@tanstack/react-query';
import { Keyboard, LogOut, Monitor, Moon, Sun } from 'lucide-react';
import { Avatar } from '@/components/avatar';
import { cx } from '@/components/cx';
import { Menu } from '@/components/menu';
import { type Member, membersQuery } from '@/features/accounts/api';
import { type Availability, availabilities, setAvailability } from '@/features/presence/api';
import { changeLocale, languageNames, useTranslation } from '@/i18n';
import { toApiError } from '@/lib/api-error';
import { locales, setPreferences, type Theme, usePreferences } from '@/lib/preferences';
import { queryClient } from '@/lib/query-client';
import { signOut } from '@/lib/sign-out';
import { showToast } from '@/lib/toast';
import { openSheet } from './overlays';

const themes: Record<Theme, typeof Sun> = { light: Sun, dark: Moon, auto: Monitor };

const dots: Record<Availability, string> = {
  online: 'bg-ok',
  busy: 'bg-warn',
  offline: 'bg-edge',
};

interface UserMenuProps {
  accountId: string;
  user: { id: string; name: string; email: string; avatarUrl: string | null };
  availability: Availability;
}

/** The agent's own settings of this device, and the way out. */
export function UserMenu({ accountId, user, availability }: UserMenuProps) {
  const { t, i18n } = useTranslation();
  const { theme } = usePreferences();
  const client = useQueryClient();

  async function choose(next: Availability): Promise<void> {
    const { queryKey } = membersQuery(accountId);
    const before = client.getQueryData<Member[]>(queryKey);
    client.setQueryData<Member[]>(queryKey, (members) =>
      members?.map((member) =>
        member.id === user.id ? { ...member, availability: next } : member,
      ),
    );
    try {
      await setAvailability(accountId, next);
    } catch (error) {
      client.setQueryData(queryKey, before);
      const failure = toApiError(error);
      showToast(failure.isNetwork ? t('error.offlineAction') : failure.message, { tone: 'danger' });
    }
  }

  async function leave(): Promise<void> {
    await signOut();
    queryClient.clear();
    location.assign('/sign-in');
  }

  return (
    <Menu
      label={t('nav.userMenu', {
        name: user.name,
        availability: t(`availability.${availability}`),
      })}
      className="flex size-10 items-center justify-center rounded-full hover:bg-hover"
      side={matchMedia('(min-width: 40rem)').matches ? 'inline-end' : 'top'}
      align="end"
      trigger={
        <span className="relative">
          <Avatar id={user.id} name={user.name} url={user.avatarUrl} />
          <span
            className={cx(
              'absolute -end-0.5 -bottom-0.5 size-3 rounded-full border-2 border-bg',
              dots[availability],
            )}
          />
        </span>
      }
      groups={[
        {
          label: t('nav.availability'),
          entries: availabilities.map((each) => ({
            id: each,
            label: t(`availability.${each}`),
            icon: <span className={cx('size-2.5 rounded-full', dots[each])} />,
            checked: availability === each,
            onSelect: () => void choose(each),
          })),
        },
        {
          label: user.email,
          entries: [
            {
              id: 'shortcuts',
              label: t('shortcuts.title'),
              icon: <Keyboard aria-hidden="true" size={15} />,
              hint: '?',
              onSelect: () => openSheet(),
            },
          ],
        },
        {
          label: t('nav.theme'),
          entries: (Object.keys(themes) as Theme[]).map((each) => {
            const Icon = themes[each];
            return {
              id: each,
              label: t(`theme.${each}`),
              icon: <Icon aria-hidden="true" size={15} />,
              checked: theme === each,
              onSelect: () => setPreferences({ theme: each }),
            };
          }),
        },
        {
          label: t('nav.language'),
          entries: locales.map((locale) => ({
            id: locale,
            label: languageNames[locale],
            checked: i18n.language === locale,
            onSelect: () => void changeLocale(locale),
          })),
        },
        {
          entries: [
            {
              id: 'sign-out',
              label: t('auth.signOut'),
              icon: <LogOut aria-hidden="true" size={15} className="mirror" />,
              onSelect: () => void leave(),
            },
          ],
        },
      ]}
    />
  );
}
