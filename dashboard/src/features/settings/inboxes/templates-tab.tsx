import { useQuery, useQueryClient } from '@tanstack/react-query';
import { LayoutTemplate, RefreshCw } from 'lucide-react';
import { Button } from '@/components/button';
import { cx } from '@/components/cx';
import { StateMessage } from '@/components/state-message';
import { absolute } from '@/lib/format';
import {
  syncTemplates,
  type Template,
  type TemplateList,
  templatesQuery,
  textsOf,
} from '@/lib/templates';
import type { InboxSettings } from '../api';
import { Asked, Refusal, Rows, rowLook, useAttempt } from '../kit';
import { useSettingsText } from '../texts';

/** What the provider approved or rejected, and how old our copy of that is. */
export function TemplatesTab({ inbox }: { inbox: InboxSettings }) {
  const list = useQuery(templatesQuery(inbox.id, '', false));
  return <Asked query={list}>{(found) => <Templates inboxId={inbox.id} list={found} />}</Asked>;
}

function Templates({ inboxId, list }: { inboxId: string; list: TemplateList }) {
  const { t, i18n } = useSettingsText();
  const client = useQueryClient();
  const attempt = useAttempt();

  async function sync(): Promise<void> {
    await syncTemplates(inboxId);
    await client.invalidateQueries({ queryKey: ['templates', inboxId] });
  }

  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <p role="status" className="min-w-0 flex-1 basis-60 text-meta text-muted">
          {list.syncing
            ? t('templates.syncing')
            : list.synced_at
              ? t('templates.synced', { time: absolute(list.synced_at, i18n.language) })
              : t('templates.never')}
        </p>
        <Button size="md" disabled={list.syncing} onClick={() => void attempt(sync)}>
          <RefreshCw
            aria-hidden="true"
            size={15}
            className={cx(list.syncing && 'motion-safe:animate-spin')}
          />
          {t('templates.sync')}
        </Button>
      </div>
      {list.error && (
        <div className="mb-4">
          <Refusal text={t('templates.failed', { reason: list.error })} />
        </div>
      )}
      {list.templates.length === 0 ? (
        <StateMessage
          icon={LayoutTemplate}
          title={t('templates.emptyTitle')}
          text={t('templates.emptyText')}
        />
      ) : (
        <Rows label={t('tab.templates')}>
          {list.templates.map((template) => (
            <Row key={template.id} template={template} />
          ))}
        </Rows>
      )}
      {list.has_more && <p className="mt-3 text-meta text-muted">{t('templates.more')}</p>}
    </>
  );
}

const looks: Record<string, string> = {
  approved: 'bg-accent-tint text-accent',
  rejected: 'bg-danger-tint text-danger',
  disabled: 'bg-danger-tint text-danger',
};
const NAMED = ['approved', 'pending', 'rejected', 'paused', 'disabled', 'unsubmitted'];

function Row({ template }: { template: Template }) {
  const { t } = useSettingsText();
  const { name, language, category, status, reason, fields } = template;
  const body = textsOf(template).find(({ part }) => part === 'body')?.text;
  return (
    <li className={cx(rowLook, 'items-start')}>
      <div className="min-w-0 flex-1 basis-60">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <bdi className="break-all font-medium">{name}</bdi>
          <span className="text-chip text-muted">
            <bdi>{language}</bdi> · {t(`templates.category.${category}`)}
          </span>
        </p>
        {body && (
          <p dir="auto" className="mt-0.5 whitespace-pre-wrap text-meta text-muted">
            {body}
          </p>
        )}
        {reason && (
          <p className="mt-1 text-danger text-meta">
            {t('templates.reason')} <bdi>{reason}</bdi>
          </p>
        )}
        {fields === null && <p className="mt-1 text-meta">{t('templates.unsupported')}</p>}
      </div>
      <span
        className={cx(
          'shrink-0 rounded-full px-2.5 py-0.5 font-medium text-chip',
          looks[status] ?? 'bg-hover text-muted',
        )}
      >
        {NAMED.includes(status) ? t(`templates.status.${status}`) : status.replaceAll('_', ' ')}
      </span>
    </li>
  );
}
