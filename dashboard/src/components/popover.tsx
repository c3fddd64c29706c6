import { type ReactNode, Suspense, useState } from 'react';
import { lazily, loadAhead } from '@/lib/parts';
import { MenuLabel } from './menu';

export interface PopoverProps {
  /** What a screen reader calls the button, and the panel. */
  label: string;
  trigger: ReactNode;
  className: string;
  /** The panel's content; `close` gives the focus back to the button. */
  children: (close: () => void) => ReactNode;
  align?: 'start' | 'end';
  side?: 'bottom' | 'top' | 'inline-end';
  id?: string;
}

const load = () => import('./popover-popup');
const PopoverPopup = lazily(load);

/** A button with a panel; like `Menu`, its machinery is fetched when the pointer or the focus comes near. */
export function Popover(props: PopoverProps) {
  const [pressed, setPressed] = useState(false);
  const button = (
    <button
      type="button"
      id={props.id}
      aria-haspopup="dialog"
      aria-expanded={false}
      title={props.label}
      className={props.className}
      onPointerEnter={() => loadAhead(load)}
      onFocus={() => loadAhead(load)}
      onClick={() => setPressed(true)}
    >
      <MenuLabel label={props.label} trigger={props.trigger} />
    </button>
  );
  if (!pressed) return button;
  return (
    <Suspense fallback={button}>
      <PopoverPopup {...props} />
    </Suspense>
  );
}
