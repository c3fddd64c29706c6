import { useNavigate } from '@tanstack/react-router';
import { Menu } from '@/components/menu';
import type { Account } from '@/features/accounts/api';
import { useTranslation } from '@/i18n';

function Mark() {
  return <img src="/favicon.svg" alt="" className="size-8" />;
}

/** The account on screen; a menu only for those who have more than one. */
export function AccountMenu({
  account,
  accounts,
}: {
  account: Account | null;
  accounts: Account[];
}) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  if (accounts.length < 2) return <Mark />;
  return (
    <Menu
      label={t('nav.switchAccount', { name: account?.name ?? '' })}
      className="flex size-10 items-center justify-center rounded-md hover:bg-hover"
      trigger={<Mark />}
      groups={[
        {
          label: t('nav.accounts'),
          entries: accounts.map((each) => ({
            id: each.id,
            label: each.name,
            checked: each.id === account?.id,
            onSelect: () =>
              void navigate({
                to: '/a/$accountId/inbox/$view',
                params: { accountId: each.id, view: 'mine' },
              }),
          })),
        },
      ]}
    />
  );
}
