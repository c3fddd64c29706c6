import type { ComponentProps } from 'react';
import { cx } from './cx';

const looks = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong',
  note: 'bg-note-strong text-surface hover:opacity-90',
  secondary: 'border border-border bg-surface text-text hover:bg-hover',
  quiet: 'text-muted hover:bg-hover hover:text-text',
  danger: 'text-danger hover:bg-danger-tint',
} as const;

export interface ButtonProps extends ComponentProps<'button'> {
  look?: keyof typeof looks;
  size?: 'sm' | 'md' | 'icon';
}

const sizes = {
  sm: 'h-7 gap-1.5 px-2.5 text-meta',
  md: 'h-9 gap-2 px-3.5 text-body',
  icon: 'size-8',
} as const;

/** A button; `aria-disabled` rather than `disabled` where the reader should still find it. */
export function Button({ look = 'secondary', size = 'sm', className, ...props }: ButtonProps) {
  return (
    <button
      type="button"
      className={cx(
        'inline-flex shrink-0 select-none items-center justify-center rounded-md font-medium transition-colors duration-100 disabled:opacity-50',
        looks[look],
        sizes[size],
        className,
      )}
      {...props}
    />
  );
}
