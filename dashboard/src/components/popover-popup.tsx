import { Popover } from '@base-ui/react/popover';
import { Suspense, useState } from 'react';
import { MenuLabel } from './menu';
import type { PopoverProps } from './popover';

/** The open half of `Popover`; it is only ever rendered after the button was pressed. */
export default function PopoverPopup({
  label,
  trigger,
  className,
  children,
  align,
  side,
  id,
}: PopoverProps) {
  const [open, setOpen] = useState(true);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger id={id} title={label} className={className}>
        <MenuLabel label={label} trigger={trigger} />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner
          side={side ?? 'bottom'}
          align={align ?? 'start'}
          sideOffset={6}
          collisionPadding={8}
          className="z-40 outline-none"
        >
          <Popover.Popup
            aria-label={label}
            className="flex max-h-(--available-height) max-w-[calc(100vw-1rem)] origin-(--transform-origin) animate-[appear_100ms] flex-col overflow-hidden rounded-lg border border-border bg-raised shadow-float outline-none"
          >
            <Suspense>{children(() => setOpen(false))}</Suspense>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
