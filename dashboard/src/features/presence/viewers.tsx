import { Avatar } from '@/components/avatar';
import { useTranslation } from '@/i18n';
import type { PresenceState } from '@/lib/realtime';

/** One line, only when a colleague is here too, so that two do not answer the same question. */
export function Viewers({ others }: { others: PresenceState[] }) {
  const { t, i18n } = useTranslation();
  if (others.length === 0) return null;
  const replying = others.filter((other) => other.mode === 'replying');
  const subject = replying.length > 0 ? replying : others;
  const names = new Intl.ListFormat(i18n.language).format(subject.map((other) => other.name));
  return (
    <p className="flex h-8 animate-[appear_200ms] items-center gap-2 border-border border-t bg-note px-4 text-chip text-note-text">
      <span className="flex -space-x-1 rtl:space-x-reverse">
        {subject.slice(0, 3).map((other) => (
          <Avatar key={other.user_id} id={other.user_id} name={other.name} size="xs" />
        ))}
      </span>
      {t(replying.length > 0 ? 'presence.replying' : 'presence.viewing', {
        count: subject.length,
        names,
      })}
    </p>
  );
}
