import { initials, stableIndex } from '@/lib/format';
import { cx } from './cx';

// Tints are fixed pairs, dark enough for white letters in both themes.
const tints = [
  'bg-[oklch(0.5_0.1_165)]',
  'bg-[oklch(0.5_0.1_250)]',
  'bg-[oklch(0.5_0.11_300)]',
  'bg-[oklch(0.52_0.12_20)]',
  'bg-[oklch(0.5_0.09_60)]',
  'bg-[oklch(0.48_0.07_215)]',
] as const;

const sizes = {
  xs: 'size-[18px] text-[9px]',
  sm: 'size-7 text-[11px]',
  md: 'size-8 text-chip',
  lg: 'size-14 text-title',
} as const;

interface AvatarProps {
  id: string;
  name: string;
  url?: string | null | undefined;
  size?: keyof typeof sizes;
  className?: string;
}

/** A picture or initials; decorative, because the name always stands beside it. */
export function Avatar({ id, name, url, size = 'md', className }: AvatarProps) {
  const shape = cx(
    'inline-flex shrink-0 select-none items-center justify-center rounded-full',
    sizes[size],
    className,
  );
  if (url) return <img src={url} alt="" className={cx(shape, 'object-cover')} />;
  return (
    <span
      aria-hidden="true"
      className={cx(
        shape,
        'font-semibold text-[white] tracking-tight',
        tints[stableIndex(id, tints.length)],
      )}
    >
      {initials(name) || '?'}
    </span>
  );
}
