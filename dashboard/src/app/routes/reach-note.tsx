import type { Reach } from '@/features/contacts/api';
import { useTemplateText } from '@/features/messages/template-texts';

/** Why one cannot write by the other inboxes. */
export function ReachNote({ reach }: { reach: Reach }) {
  const { t } = useTemplateText();
  if (reach.rows.length === 0 && reach.unreachable.length === 0)
    return <p className="text-meta text-muted">{t('reach.none')}</p>;
  if (reach.unreachable.length === 0) return null;
  const list = (
    <ul className="mt-1 space-y-1">
      {reach.unreachable.map((each) => (
        <li key={each.inbox_id}>
          <bdi className="font-medium text-text">{each.name}</bdi>
          {': '}
          {t(`reach.${each.reason}`)}
        </li>
      ))}
    </ul>
  );
  if (reach.rows.length === 0)
    return (
      <div className="text-meta text-muted">
        <p>{t('reach.title')}</p>
        {list}
      </div>
    );
  return (
    <details className="text-meta text-muted">
      <summary className="w-fit max-w-full cursor-default rounded-sm">
        {t('reach.others', { names: reach.unreachable.map((each) => each.name).join(', ') })}
      </summary>
      {list}
    </details>
  );
}
