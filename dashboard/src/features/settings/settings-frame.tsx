import { ChevronRight } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { cx } from '@/components/cx';
import { SettingsLink, usePlace } from './place';
import { useSettingsText } from './texts';

/** The pages in their groups; `all` are those that every agent has something to do on. */
const groups = [
  { name: 'workspace', pages: ['account', 'members', 'roles', 'teams'], all: [] },
  { name: 'channels', pages: ['inboxes'], all: ['inboxes'] },
  { name: 'workflow', pages: ['labels', 'canned', 'attributes'], all: ['canned'] },
  { name: 'me', pages: ['profile', 'notifications'], all: ['profile', 'notifications'] },
] as const;

/** Navigation beside the page; on a phone one is seen at a time. */
export function SettingsFrame({ page, children }: { page: string; children: ReactNode }) {
  const { t } = useSettingsText();
  const { isAdministrator } = usePlace();
  const content = useRef<HTMLDivElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: every page begins at its top
  useEffect(() => {
    if (content.current) content.current.scrollTop = 0;
  }, [page]);

  return (
    <>
      <nav
        aria-label={t('nav.title')}
        className={cx(
          'flex w-full flex-col overflow-y-auto border-border bg-bg py-3 md:w-[216px] md:shrink-0 md:border-e',
          page !== '' && 'max-md:hidden',
        )}
      >
        <p className="px-5 pb-2 font-semibold">{t('nav.title')}</p>
        {groups.map((group) => {
          const shown = group.pages.filter(
            (each) => isAdministrator || (group.all as readonly string[]).includes(each),
          );
          if (shown.length === 0) return null;
          return (
            <div key={group.name} className="px-2.5 pb-3">
              <h2 className="px-2.5 py-1.5 font-medium text-chip text-muted">
                {t(`nav.${group.name}`)}
              </h2>
              <ul className="space-y-0.5">
                {shown.map((each) => (
                  <li key={each}>
                    <SettingsLink
                      to={each}
                      current={each === page}
                      className={cx(
                        'flex h-10 items-center gap-2.5 rounded-md px-2.5 text-body md:h-8 md:text-meta',
                        each === page
                          ? 'bg-selected font-semibold text-text'
                          : 'text-muted hover:bg-hover hover:text-text',
                      )}
                    >
                      {t(`page.${each}`)}
                      <ChevronRight
                        aria-hidden="true"
                        size={16}
                        className="mirror ms-auto md:hidden"
                      />
                    </SettingsLink>
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
      </nav>
      <div
        ref={content}
        id="list"
        tabIndex={-1}
        className={cx(
          'min-w-0 flex-1 overflow-y-auto bg-bg outline-none',
          page === '' && 'max-md:hidden',
        )}
      >
        {page === '' ? (
          <p className="p-8 text-muted">{t('nav.choose')}</p>
        ) : (
          <>
            <p className="px-5 pt-4 md:hidden">
              <SettingsLink to="" className="text-accent">
                {t('nav.title')}
              </SettingsLink>
            </p>
            {children}
          </>
        )}
      </div>
    </>
  );
}
