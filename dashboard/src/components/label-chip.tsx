import { X } from 'lucide-react';
import { cx } from './cx';

interface LabelChipProps {
  title: string;
  /** `#rrggbb`; shown as a dot, so that the text keeps its contrast. */
  color: string | undefined;
  small?: boolean;
  onRemove?: (() => void) | undefined;
  removeLabel?: string;
}

/** A label's title with its colour. */
export function LabelChip({ title, color, small = false, onRemove, removeLabel }: LabelChipProps) {
  return (
    <span
      className={cx(
        'inline-flex min-w-0 items-center gap-1 rounded-full border border-border',
        small ? 'h-[18px] px-1.5 text-[11px]' : 'h-6 ps-2 text-chip',
        !small && (onRemove ? 'pe-0.5' : 'pe-2'),
      )}
    >
      <LabelDot color={color} />
      <bdi className="min-w-0 truncate">{title}</bdi>
      {onRemove && (
        <button
          type="button"
          aria-label={removeLabel}
          onClick={onRemove}
          className="flex size-5 items-center justify-center rounded-full text-muted hover:bg-hover hover:text-text"
        >
          <X aria-hidden="true" size={11} />
        </button>
      )}
    </span>
  );
}

export function LabelDot({ color }: { color: string | undefined }) {
  return (
    <span
      aria-hidden="true"
      className="size-2 shrink-0 rounded-full bg-edge"
      style={color ? { backgroundColor: color } : {}}
    />
  );
}
