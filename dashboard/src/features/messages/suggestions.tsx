import { Users } from 'lucide-react';
import { Avatar } from '@/components/avatar';
import { cx } from '@/components/cx';
import { useTranslation } from '@/i18n';
import { type Suggestion, suggestionId } from './suggestion';

interface SuggestionsProps {
  id: string;
  items: Suggestion[];
  active: number;
  loading: boolean;
  onActive: (index: number) => void;
  onChoose: (item: Suggestion) => void;
}

/** What "/" or "@" offers, above the text; the text keeps the focus and its keys move here. */
export default function Suggestions({
  id,
  items,
  active,
  loading,
  onActive,
  onChoose,
}: SuggestionsProps) {
  const { t } = useTranslation();
  const current = items[active];
  const mentions = items[0]?.kind === 'mention';
  return (
    <div className="absolute inset-x-0 bottom-full z-20 mb-2 flex max-h-72 animate-[appear_100ms] overflow-hidden rounded-lg border border-border bg-raised shadow-float">
      <div
        id={id}
        role="listbox"
        aria-label={t(mentions ? 'composer.mention' : 'composer.canned')}
        className={cx('min-w-0 overflow-y-auto p-1', mentions ? 'w-full' : 'w-full sm:w-1/2')}
      >
        {items.map((item, index) => (
          // The keys are handled by the text field, which keeps the focus.
          // biome-ignore lint/a11y/useKeyWithClickEvents: see above
          <div
            key={item.id}
            id={suggestionId(id, item)}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            ref={(element) => {
              if (index === active) element?.scrollIntoView({ block: 'nearest' });
            }}
            onPointerMove={() => onActive(index)}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onChoose(item)}
            className={cx(
              'flex h-9 items-center gap-2.5 rounded-md px-2.5 text-meta',
              index === active && 'bg-hover',
            )}
          >
            {item.kind === 'mention' ? (
              <>
                {item.who.type === 'user' ? (
                  <Avatar
                    id={item.who.id}
                    name={item.who.name}
                    url={item.who.avatarUrl}
                    size="xs"
                  />
                ) : (
                  <Users aria-hidden="true" size={16} className="text-muted" />
                )}
                <bdi className="truncate">{item.who.name}</bdi>
                {item.who.type === 'team' && (
                  <span className="ms-auto text-chip text-muted">{t('composer.team')}</span>
                )}
              </>
            ) : (
              <>
                <bdi className="shrink-0 font-medium">/{item.snippet.short_code}</bdi>
                <bdi className="truncate text-muted">{item.snippet.content}</bdi>
              </>
            )}
          </div>
        ))}
        {items.length === 0 && (
          <p className="px-2.5 py-2 text-meta text-muted">
            {t(loading ? 'common.loading' : 'composer.nothingFits')}
          </p>
        )}
      </div>
      {current?.kind === 'snippet' && (
        <p
          dir="auto"
          className="w-1/2 overflow-y-auto whitespace-pre-wrap border-border border-s p-3 text-meta text-muted max-sm:hidden"
        >
          {current.snippet.content}
        </p>
      )}
    </div>
  );
}
