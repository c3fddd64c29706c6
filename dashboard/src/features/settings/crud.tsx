import type { UseQueryResult } from '@tanstack/react-query';
import { type LucideIcon, Pencil, Plus, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from '@/components/button';
import { StateMessage } from '@/components/state-message';
import type { FieldSpec, Values } from './fields';
import { Asked, Confirm, FormDialog, Page, Rows, rowLook } from './kit';
import { useSettingsText } from './texts';

interface CrudProps<Row extends { id: string }> {
  /** The list's texts: `page.<page>`, `<page>.text`, `.new`, `.none`, `.deleteText`. */
  page: string;
  /** The form's texts. */
  form: string;
  icon: LucideIcon;
  query: UseQueryResult<Row[]>;
  nameOf: (row: Row) => string;
  fields: (row: Row | null) => FieldSpec[];
  blank: Values;
  fieldOf: Record<string, string>;
  save: (id: string | null, values: Values) => Promise<void>;
  remove: (row: Row) => Promise<unknown>;
  children: (row: Row) => ReactNode;
  /** More buttons of a row. */
  actions?: (row: Row) => ReactNode;
}

/** A list of things of one kind that can be added, changed and removed. */
export function Crud<Row extends { id: string }>(props: CrudProps<Row>) {
  const { page, form, icon, query, nameOf, fields, blank, fieldOf, save, remove } = props;
  const { t } = useSettingsText();
  const [editing, setEditing] = useState<Row | 'new' | null>(null);
  const [deleting, setDeleting] = useState<Row | null>(null);
  const row = editing === 'new' ? null : editing;
  const add = (
    <Button look="primary" size="md" onClick={() => setEditing('new')}>
      <Plus aria-hidden="true" size={16} />
      {t(`${page}.new`)}
    </Button>
  );
  return (
    <Page title={t(`page.${page}`)} text={t(`${page}.text`)} actions={add}>
      <Asked query={query}>
        {(rows) =>
          rows.length === 0 ? (
            <div className="py-10">
              <StateMessage icon={icon} title={t(`${page}.none`)} text={t(`${page}.text`)} />
            </div>
          ) : (
            <Rows label={t(`page.${page}`)}>
              {rows.map((each) => (
                <li key={each.id} className={rowLook}>
                  <div className="min-w-0 flex-1 basis-40">{props.children(each)}</div>
                  <div className="ms-auto flex gap-1">
                    {props.actions?.(each)}
                    <Button
                      look="quiet"
                      size="icon"
                      aria-label={t('form.editOf', { name: nameOf(each) })}
                      title={t('form.edit')}
                      onClick={() => setEditing(each)}
                    >
                      <Pencil aria-hidden="true" size={15} />
                    </Button>
                    <Button
                      look="quiet"
                      size="icon"
                      aria-label={t('form.deleteOf', { name: nameOf(each) })}
                      title={t('form.delete')}
                      onClick={() => setDeleting(each)}
                    >
                      <Trash2 aria-hidden="true" size={15} />
                    </Button>
                  </div>
                </li>
              ))}
            </Rows>
          )
        }
      </Asked>
      {editing !== null && (
        <FormDialog
          form={form}
          title={row ? t('form.editOf', { name: nameOf(row) }) : t(`${page}.new`)}
          fields={fields(row)}
          saved={row ? { ...blank, ...row } : blank}
          fieldOf={fieldOf}
          save={(values) => save(row?.id ?? null, values)}
          onClose={() => setEditing(null)}
        />
      )}
      {deleting !== null && (
        <Confirm
          title={t('form.deleteOf', { name: nameOf(deleting) })}
          text={t(`${page}.deleteText`)}
          action={t('form.delete')}
          run={() => remove(deleting)}
          onClose={() => setDeleting(null)}
        />
      )}
    </Page>
  );
}

/** The two lines of a row. */
export function RowText({ title, text }: { title: string; text?: string }) {
  return (
    <>
      <bdi className="block truncate font-medium">{title}</bdi>
      {text && <bdi className="block truncate text-meta text-muted">{text}</bdi>}
    </>
  );
}
