import { useQueryClient } from '@tanstack/react-query';
import { Ellipsis, ListFilter as FilterIcon, X } from 'lucide-react';
import { type FormEvent, Suspense, useState } from 'react';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field } from '@/components/field';
import { Menu } from '@/components/menu';
import { failureText, toApiError } from '@/lib/api-error';
import { lazily } from '@/lib/parts';
import { showToast } from '@/lib/toast';
import type { Condition } from '@/types/condition';
import { savedViewsQuery } from './api';
import ConditionBuilder from './condition-builder';
import { inWords } from './condition-words';
import { type About, type Definition, ownAttributes, sameConditions } from './conditions';
import type { FilterChoices } from './filter-panel';
import { useFilterText, useTexts } from './filter-texts';
import { deleteView, type SavedView, saveView } from './views';

const ConfirmDialog = lazily(() => import('@/components/confirm-dialog'));

interface ConditionBarProps {
  about: About;
  accountId: string;
  administrator: boolean;
  conditions: Condition[];
  /** The saved view on screen, whose conditions may have been changed since. */
  view: SavedView | null;
  choices: FilterChoices;
  definitions: Definition[];
  /** Shows these; with a view, as that view. */
  onShow: (conditions: Condition[] | null, view: string | null) => void;
}

/** What an agent put together, in words, and what can be done with it. */
export default function ConditionBar({
  about,
  accountId,
  administrator,
  conditions,
  view,
  choices,
  definitions,
  onShow,
}: ConditionBarProps) {
  const { t, i18n } = useFilterText();
  const ready = useTexts();
  const client = useQueryClient();
  const [asking, setAsking] = useState<'edit' | 'save' | 'rename' | 'delete' | null>(null);
  const own = ownAttributes(about, definitions);
  const shared = view?.user_id === null;
  const mayChange = view !== null && (!shared || administrator);
  const differs = view !== null && !sameConditions(view.conditions, conditions);

  const refresh = () =>
    client.invalidateQueries({ queryKey: savedViewsQuery(accountId, about).queryKey });

  async function save(
    change: Partial<{ id: string | null; name: string; shared: boolean; conditions: Condition[] }>,
  ): Promise<string | null> {
    try {
      const saved = await saveView(accountId, about, {
        id: view?.id ?? null,
        name: view?.name ?? '',
        shared,
        conditions,
        ...change,
      });
      await refresh();
      showToast(t('view.saved', { name: saved.name }));
      setAsking(null);
      onShow(null, saved.id);
      return null;
    } catch (error) {
      return failureText(t, error);
    }
  }

  async function saveOrSay(change: Parameters<typeof save>[0]): Promise<void> {
    const failure = await save(change);
    if (failure) showToast(failure, { tone: 'danger' });
  }

  async function remove(confirmed: boolean): Promise<void> {
    setAsking(null);
    if (!confirmed || !view) return;
    try {
      await deleteView(view.id);
      onShow(null, null);
      showToast(t('view.deleted', { name: view.name }));
    } catch (error) {
      // Somebody else was first: that is what was wanted.
      if (toApiError(error).code === 'filter_not_found') onShow(null, null);
      showToast(failureText(t, error), { tone: 'danger' });
    }
    await refresh();
  }

  if (!ready) return null;
  return (
    <section aria-label={t('conditions.active')} className="border-border border-t px-4 py-2">
      <ul className="flex flex-wrap items-center gap-1 text-chip">
        {conditions.map((condition, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a condition is its place in the sentence
          <li key={index} className="inline-flex min-w-0 max-w-full items-center gap-1">
            <bdi className="min-w-0 truncate rounded-full bg-accent-tint px-2.5 py-1">
              {inWords(about, condition, own, choices, t, i18n.language)}
            </bdi>
            {index < conditions.length - 1 && (
              <span className="text-muted">
                {t(`conditions.${condition.query_operator ?? 'and'}`)}
              </span>
            )}
          </li>
        ))}
      </ul>
      <div className="mt-1.5 flex flex-wrap items-center gap-1">
        <Button look="quiet" onClick={() => setAsking('edit')}>
          <FilterIcon aria-hidden="true" size={14} />
          {t('conditions.edit')}
        </Button>
        {differs && mayChange && (
          <Button onClick={() => void saveOrSay({})}>{t('view.saveChanges')}</Button>
        )}
        {(view === null || differs) && (
          <Button onClick={() => setAsking('save')}>{t('view.save')}</Button>
        )}
        {mayChange && (
          <Menu
            label={t('view.more')}
            className="flex size-7 items-center justify-center rounded-md text-muted hover:bg-hover"
            trigger={<Ellipsis aria-hidden="true" size={15} />}
            groups={[
              {
                entries: [
                  { id: 'rename', label: t('view.rename'), onSelect: () => setAsking('rename') },
                  ...(administrator
                    ? [
                        {
                          id: 'share',
                          label: t(shared ? 'view.unshare' : 'view.share'),
                          onSelect: () =>
                            void saveOrSay({ shared: !shared, conditions: view.conditions }),
                        },
                      ]
                    : []),
                  { id: 'delete', label: t('view.delete'), onSelect: () => setAsking('delete') },
                ],
              },
            ]}
          />
        )}
        <button
          type="button"
          aria-label={t('conditions.clear')}
          title={t('conditions.clear')}
          onClick={() => onShow(null, null)}
          className="ms-auto flex size-7 items-center justify-center rounded-md text-muted hover:bg-hover"
        >
          <X aria-hidden="true" size={15} />
        </button>
      </div>
      {asking === 'edit' && (
        <ConditionBuilder
          about={about}
          conditions={conditions}
          choices={choices}
          definitions={definitions}
          onApply={(next) => {
            setAsking(null);
            onShow(next, view?.id ?? null);
          }}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === 'save' && (
        <NameDialog
          title={t('view.saveTitle')}
          name=""
          sharing={administrator}
          onSave={(name, everybody) => save({ id: null, name, shared: everybody })}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === 'rename' && view && (
        <NameDialog
          title={t('view.renameTitle')}
          name={view.name}
          sharing={false}
          onSave={(name) => save({ name, conditions: view.conditions })}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === 'delete' && view && (
        <Suspense>
          <ConfirmDialog
            title={t('view.delete')}
            text={t(`view.deleteText.${about}`, { name: view.name })}
            confirm={t('view.delete')}
            onAnswer={(confirmed) => void remove(confirmed)}
          />
        </Suspense>
      )}
    </section>
  );
}

interface NameDialogProps {
  title: string;
  name: string;
  /** Whether it may be everybody's. */
  sharing: boolean;
  /** Answers with what went wrong. */
  onSave: (name: string, shared: boolean) => Promise<string | null>;
  onClose: () => void;
}

function NameDialog({ title, name: given, sharing, onSave, onClose }: NameDialogProps) {
  const { t } = useFilterText();
  const [name, setName] = useState(given);
  const [shared, setShared] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setFailure(await onSave(name, shared));
    setBusy(false);
  }

  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="space-y-4 p-5">
        <Field
          label={t('view.name')}
          required
          maxLength={100}
          dir="auto"
          value={name}
          error={failure ?? undefined}
          onChange={(event) => setName(event.target.value)}
        />
        {sharing && (
          <label className="flex items-center gap-2 text-meta">
            <input
              type="checkbox"
              checked={shared}
              onChange={(event) => setShared(event.target.checked)}
              className="size-4 accent-accent"
            />
            {t('view.shared')}
          </label>
        )}
        <div className="flex justify-end gap-2">
          <Button size="md" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" size="md" look="primary" disabled={busy}>
            {t('common.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
