import { type ComponentProps, useId } from 'react';
import { cx } from './cx';

interface FieldProps extends ComponentProps<'input'> {
  label: string;
  error?: string | undefined;
  hint?: string;
}

/** A labelled input whose error is text and belongs to it. */
export function Field({ label, error, hint, className, ...props }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block font-medium text-meta">
        {label}
      </label>
      <input
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        className={cx(
          'block h-10 w-full rounded-md border bg-surface px-3 text-body outline-offset-0',
          error ? 'border-danger' : 'border-edge/60',
          className,
        )}
        {...props}
      />
      {note && (
        <p
          id={`${id}-note`}
          className={cx('mt-1.5 text-meta', error ? 'text-danger' : 'text-muted')}
        >
          {note}
        </p>
      )}
    </div>
  );
}
