import { Search } from 'lucide-react';
import { type KeyboardEvent, useState } from 'react';
import { cx } from '@/components/cx';
import { Dialog } from '@/components/dialog';
import { Kbd } from '@/components/kbd';
import { useTranslation } from '@/i18n';
import { fold } from '@/lib/format';
import type { Command } from './commands';

/** All commands by name. */
export default function Palette({
  commands,
  onClose,
}: {
  commands: Command[];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const words = fold(text).split(/\s+/).filter(Boolean);
  const found = commands.filter((command) =>
    words.every((word) => fold(command.label).includes(word)),
  );

  function choose(command: Command | undefined): void {
    if (!command) return;
    onClose();
    // After the dialog has given the focus back, so that a command may move it.
    setTimeout(command.run);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setActive((active + step + found.length) % Math.max(1, found.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(found[active]);
    }
  }

  return (
    <Dialog title={t('command.palette')} titleHidden onClose={onClose}>
      <div className="flex items-center gap-3 border-border border-b px-4">
        <Search aria-hidden="true" size={16} className="shrink-0 text-muted" />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={found[active] ? `palette-${found[active].id}` : undefined}
          aria-label={t('command.palette')}
          placeholder={t('command.placeholder')}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
          className="h-12 w-full bg-transparent outline-none"
        />
      </div>
      <div
        id="palette-list"
        role="listbox"
        aria-label={t('command.palette')}
        className="max-h-80 overflow-y-auto p-1.5"
      >
        {found.map((command, index) => (
          // The keys are handled by the field above, which keeps the focus.
          // biome-ignore lint/a11y/useKeyWithClickEvents: see above
          <div
            key={command.id}
            id={`palette-${command.id}`}
            ref={(element) => {
              if (index === active) element?.scrollIntoView({ block: 'nearest' });
            }}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            onPointerMove={() => setActive(index)}
            onClick={() => choose(command)}
            className={cx(
              'flex h-9 items-center gap-3 rounded-md px-3',
              index === active && 'bg-hover',
            )}
          >
            {command.label}
            <span className="ms-auto flex gap-1" dir="ltr">
              {command.shown.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </span>
          </div>
        ))}
      </div>
      {found.length === 0 && (
        <p className="px-4 pt-2 pb-6 text-center text-muted">{t('command.none')}</p>
      )}
    </Dialog>
  );
}
