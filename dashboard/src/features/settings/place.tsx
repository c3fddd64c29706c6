import { Link, type LinkProps, useNavigate } from '@tanstack/react-router';
import { createContext, type ReactNode, use } from 'react';

interface Place {
  accountId: string;
  userId: string;
  isAdministrator: boolean;
}

/** Whose settings are on screen, and who looks at them. */
export const PlaceContext = createContext<Place | null>(null);

export function usePlace(): Place {
  const place = use(PlaceContext);
  if (!place) throw new Error('usePlace is used outside the settings');
  return place;
}

interface SettingsLinkProps {
  to: string;
  className?: string;
  current?: boolean;
  children: ReactNode;
}

/** A link to another page of the settings. */
export function SettingsLink({ to, className, current = false, children }: SettingsLinkProps) {
  const { accountId } = usePlace();
  const options: LinkProps = {
    to: '/a/$accountId/settings/$',
    params: { accountId, _splat: to },
  };
  return (
    <Link {...options} className={className} aria-current={current ? 'page' : undefined}>
      {children}
    </Link>
  );
}

export function useSettingsNavigate(): (to: string) => void {
  const navigate = useNavigate();
  const { accountId } = usePlace();
  return (to) =>
    void navigate({ to: '/a/$accountId/settings/$', params: { accountId, _splat: to } });
}
