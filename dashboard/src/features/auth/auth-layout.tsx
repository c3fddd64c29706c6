import type { ReactNode } from 'react';
import { cx } from '@/components/cx';
import { changeLocale, languageNames, useTranslation } from '@/i18n';
import { locales } from '@/lib/preferences';

interface AuthLayoutProps {
  title: string;
  text?: string;
  children: ReactNode;
  footer?: ReactNode;
}

/** The page around every form a signed-out person sees. */
export function AuthLayout({ title, text, children, footer }: AuthLayoutProps) {
  const { t, i18n } = useTranslation();
  return (
    <div className="flex h-full flex-col overflow-y-auto bg-bg px-5">
      <main className="m-auto w-full max-w-[380px] py-12">
        <div className="mb-8 flex items-center gap-2.5">
          <img src="/favicon.svg" alt="" className="size-8" />
          <span className="font-semibold text-[1.0625rem] tracking-tight">Supadesk</span>
        </div>
        <h1 className="font-semibold text-[1.5rem] leading-8 tracking-[-0.02em]">{title}</h1>
        {text && <p className="mt-1.5 text-pretty text-muted">{text}</p>}
        <div className="mt-7">{children}</div>
        {footer && <div className="mt-6 text-meta text-muted">{footer}</div>}
      </main>
      <nav
        aria-label={t('nav.language')}
        className="mx-auto flex flex-wrap justify-center gap-x-1 pb-6"
      >
        {locales.map((locale) => (
          <button
            key={locale}
            type="button"
            lang={locale}
            aria-pressed={i18n.language === locale}
            onClick={() => void changeLocale(locale)}
            className={cx(
              'h-7 rounded-md px-2 text-chip hover:bg-hover',
              i18n.language === locale ? 'font-semibold text-text' : 'text-muted',
            )}
          >
            {languageNames[locale]}
          </button>
        ))}
      </nav>
    </div>
  );
}

export const linkLook = 'rounded-sm font-medium text-accent underline-offset-4 hover:underline';
