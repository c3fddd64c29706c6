import { Menu } from '@base-ui/react/menu';
import { Check } from 'lucide-react';
import { Fragment } from 'react';
import { type MenuEntry, MenuLabel, type MenuProps } from './menu';

const itemLook =
  'flex h-8 select-none items-center gap-2.5 rounded-md px-2 text-body text-text outline-none data-highlighted:bg-hover';

/** The open half of `Menu`; it is only ever rendered after the button was pressed. */
export default function MenuPopup({
  label,
  trigger,
  className,
  groups,
  align,
  side,
  id,
}: MenuProps) {
  return (
    <Menu.Root defaultOpen modal={false}>
      <Menu.Trigger id={id} title={label} className={className}>
        <MenuLabel label={label} trigger={trigger} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner
          side={side ?? 'bottom'}
          align={align ?? 'start'}
          sideOffset={6}
          className="z-40 outline-none"
        >
          <Menu.Popup className="max-h-(--available-height) min-w-48 max-w-80 origin-(--transform-origin) animate-[appear_100ms] overflow-y-auto rounded-lg border border-border bg-raised p-1 shadow-float outline-none">
            {groups.map((group, index) => (
              <Fragment key={group.label ?? index}>
                {index > 0 && <Menu.Separator className="mx-2 my-1 h-px bg-border" />}
                <Menu.Group>
                  {group.label && (
                    <Menu.GroupLabel className="px-2 pt-1.5 pb-1 font-medium text-chip text-muted">
                      {group.label}
                    </Menu.GroupLabel>
                  )}
                  <Entries entries={group.entries} />
                </Menu.Group>
              </Fragment>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Entries({ entries }: { entries: MenuEntry[] }) {
  if (entries.every((entry) => entry.checked === undefined)) {
    return entries.map((entry) => (
      <Menu.Item key={entry.id} onClick={entry.onSelect} className={itemLook}>
        <EntryContent entry={entry} />
      </Menu.Item>
    ));
  }
  const chosen = entries.find((entry) => entry.checked)?.id;
  return (
    <Menu.RadioGroup
      value={chosen}
      onValueChange={(id: string) => entries.find((entry) => entry.id === id)?.onSelect()}
    >
      {entries.map((entry) => (
        <Menu.RadioItem key={entry.id} value={entry.id} closeOnClick className={itemLook}>
          <EntryContent entry={entry} />
          <Menu.RadioItemIndicator className="ms-auto ps-3 text-accent">
            <Check aria-hidden="true" size={15} />
          </Menu.RadioItemIndicator>
        </Menu.RadioItem>
      ))}
    </Menu.RadioGroup>
  );
}

function EntryContent({ entry }: { entry: MenuEntry }) {
  const { icon, label, hint } = entry;
  return (
    <>
      {icon && (
        <span className="flex size-[18px] shrink-0 items-center justify-center text-muted">
          {icon}
        </span>
      )}
      <span dir="auto" className="min-w-0 truncate">
        {label}
      </span>
      {hint && <span className="ms-auto ps-4 text-chip text-muted">{hint}</span>}
    </>
  );
}
