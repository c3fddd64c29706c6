import { type ReactNode, Suspense, useState } from 'react';
import { lazily, loadAhead } from '@/lib/parts';

export interface MenuEntry {
  id: string;
  label: string;
  icon?: ReactNode;
  hint?: string;
  /** Set on entries of a choice; exactly one is true. */
  checked?: boolean;
  onSelect: () => void;
}

export interface MenuGroup {
  label?: string;
  entries: MenuEntry[];
}

export interface MenuProps {
  /** What a screen reader calls the button. */
  label: string;
  trigger: ReactNode;
  className: string;
  groups: MenuGroup[];
  align?: 'start' | 'end';
  side?: 'bottom' | 'top' | 'inline-end';
  id?: string;
}

/** The button's looks, and its name for those who cannot see them. */
export function MenuLabel({ label, trigger }: Pick<MenuProps, 'label' | 'trigger'>) {
  return (
    <>
      <span aria-hidden="true" className="contents">
        {trigger}
      </span>
      <span className="sr-only">{label}</span>
    </>
  );
}

const load = () => import('./menu-popup');
const MenuPopup = lazily(load);

/**
 * A menu button. The menu itself, with its positioning and keyboard handling, is fetched when the
 * pointer or the focus comes near, and takes over the button once it was pressed.
 */
export function Menu(props: MenuProps) {
  const [pressed, setPressed] = useState(false);
  const button = (
    <button
      type="button"
      id={props.id}
      aria-haspopup="menu"
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
      <MenuPopup {...props} />
    </Suspense>
  );
}
