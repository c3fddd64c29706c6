import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

interface StateMessageProps {
  icon: LucideIcon;
  title: string;
  text?: string;
  children?: ReactNode;
}

/** What a pane says when it has nothing else to show: what is so, why, and what to do. */
export function StateMessage({ icon: Icon, title, text, children }: StateMessageProps) {
  return (
    <div className="mx-auto flex h-full max-w-80 animate-[appear_200ms] flex-col items-center justify-center gap-1 p-6 text-center">
      <span className="mb-3 flex size-11 items-center justify-center rounded-full bg-hover text-muted">
        <Icon aria-hidden="true" size={20} strokeWidth={1.75} />
      </span>
      <p className="font-semibold text-text">{title}</p>
      {text && <p className="text-balance text-meta text-muted">{text}</p>}
      {children && <div className="mt-4 flex gap-2">{children}</div>}
    </div>
  );
}
