import { Check } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import { useTranslation } from '@/i18n';
import { fold } from '@/lib/format';
import { cx } from './cx';

export interface PickOption {
  id: string;
  label: string;
  icon?: ReactNode;
  hint?: string | undefined;
  checked: boolean;
}

interface PickListProps {
  label: string;
  placeholder: string;
  options: PickOption[];
  /** Several may be checked; choosing one toggles it and the list stays. */
  multiple?: boolean;
  onPick: (id: string) => void;
  /** What stands in the place of the options when there are none at all. */
  empty?: ReactNode;
}

/** A list one searches by typing, for use in a popover: the field keeps the focus, arrows move. */
export function PickList({
  label,
  placeholder,
  options,
  multiple = false,
  onPick,
  empty,
}: PickListProps) {
  const { t } = useTranslation();
  const list = useId();
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const wanted = fold(text.trim());
  const found = options.filter((option) => fold(option.label).includes(wanted));
  const optionId = (option: PickOption) => `${list}-${option.id}`;

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setActive((active + step + found.length) % Math.max(1, found.length));
    } else if (event.key === 'Home' || event.key === 'End') {
      event.preventDefault();
      setActive(event.key === 'Home' ? 0 : Math.max(0, found.length - 1));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const option = found[active];
      if (option) onPick(option.id);
    }
  }

  return (
    <div className="flex min-h-0 w-64 flex-col">
      <input
        role="combobox"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={found[active] ? optionId(found[active]) : undefined}
        aria-label={label}
        placeholder={placeholder}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
        className="h-10 w-full shrink-0 border-border border-b bg-transparent px-3 text-meta outline-none"
      />
      <div
        id={list}
        role="listbox"
        aria-label={label}
        aria-multiselectable={multiple || undefined}
        className="max-h-72 min-h-0 overflow-y-auto p-1"
      >
        {found.map((option, index) => (
          // The keys are handled by the field above, which keeps the focus.
          // biome-ignore lint/a11y/useKeyWithClickEvents: see above
          <div
            key={option.id}
            id={optionId(option)}
            role="option"
            tabIndex={-1}
            aria-selected={option.checked}
            ref={(element) => {
              if (index === active) element?.scrollIntoView({ block: 'nearest' });
            }}
            onPointerMove={() => setActive(index)}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onPick(option.id)}
            className={cx(
              'flex h-8 select-none items-center gap-2.5 rounded-md px-2 text-meta',
              index === active && 'bg-hover',
            )}
          >
            {option.icon && (
              <span className="flex size-[18px] shrink-0 items-center justify-center text-muted">
                {option.icon}
              </span>
            )}
            <bdi className="min-w-0 truncate">{option.label}</bdi>
            {option.hint && <span className="shrink-0 text-chip text-muted">{option.hint}</span>}
            {option.checked && (
              <Check aria-hidden="true" size={15} className="ms-auto shrink-0 text-accent" />
            )}
          </div>
        ))}
      </div>
      {found.length === 0 && (
        <div className="px-3 pb-3 text-meta text-muted">
          {options.length === 0 && empty ? empty : t('common.nothingFound')}
        </div>
      )}
    </div>
  );
}
