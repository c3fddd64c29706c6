import { Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from '@/components/cx';
import { useTranslation } from '@/i18n';

interface NoteFrameProps {
  name: string;
  first: boolean;
  meta: ReactNode;
  toolbar?: ReactNode;
  className?: string | false;
  children: ReactNode;
}

/** A note among colleagues, which nobody can take for a reply. */
export function NoteFrame({ name, first, meta, toolbar, className, children }: NoteFrameProps) {
  const { t } = useTranslation();
  return (
    <article
      aria-label={t('thread.noteFrom', { name })}
      className={cx('group/message', first ? 'pt-3' : 'pt-1')}
    >
      <div className={cx('rounded-lg border border-note-border bg-note px-3.5 py-2.5', className)}>
        <p className="mb-1 flex min-h-7 items-center gap-1.5 text-chip text-note-text">
          <Lock aria-hidden="true" size={12} />
          <bdi className="font-semibold">{name}</bdi>
          <span className="max-sm:sr-only">{t('thread.noteHint')}</span>
          <span className="ms-auto flex items-center gap-1.5">
            {toolbar}
            {meta}
          </span>
        </p>
        {children}
      </div>
    </article>
  );
}
