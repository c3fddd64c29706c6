import { Keyboard, LogOut, Monitor, Moon, Sun } from 'lucide-react';
import { Avatar } from '@/components/avatar';
import { Menu } from '@/components/menu';
import { changeLocale, languageNames, useTranslation } from '@/i18n';
import { locales, setPreferences, type Theme, usePreferences } from '@/lib/preferences';
import { queryClient } from '@/lib/query-client';
import { session } from '@/lib/supabase';
import { openSheet } from './overlays';

const themes: Record<Theme, typeof Sun> = { light: Sun, dark: Moon, auto: Monitor };

interface UserMenuProps {
  user: { id: string; name: string; email: string; avatarUrl: string | null };
}

/** The agent's own settings of this device, and the way out. */
export function UserMenu({ user }: UserMenuProps) {
  const { t, i18n } = useTranslation();
  const { theme } = usePreferences();

  async function signOut(): Promise<void> {
    const auth = await session().auth();
    await auth.signOut({ scope: 'local' });
    queryClient.clear();
    location.assign('/sign-in');
  }

  return (
    <Menu
      label={t('nav.userMenu', { name: user.name })}
      className="flex size-10 items-center justify-center rounded-full hover:bg-hover"
      side={matchMedia('(min-width: 40rem)').matches ? 'inline-end' : 'top'}
      align="end"
      trigger={<Avatar id={user.id} name={user.name} url={user.avatarUrl} />}
      groups={[
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
              onSelect: () => void signOut(),
            },
          ],
        },
      ]}
    />
  );
}
