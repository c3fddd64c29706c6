import { useQuery } from '@tanstack/react-query';
import {
  attributesQuery,
  type CustomAttribute,
  type InboxSettings,
  type PreChatField,
  refreshSettings,
  updateRows,
  widgetsQuery,
} from '../api';
import { Asked, SettingsForm } from '../kit';
import { usePlace } from '../place';
import { useSettingsText } from '../texts';

/** What is asked before the first message. */
export function PreChatTab({ inbox }: { inbox: InboxSettings }) {
  const { t } = useSettingsText();
  const { accountId } = usePlace();
  const widgets = useQuery(widgetsQuery(accountId));
  const { data: attributes } = useQuery(attributesQuery(accountId));
  return (
    <Asked query={widgets}>
      {(rows) => {
        const widget = rows.find((each) => each.inbox_id === inbox.id);
        if (!widget || !attributes) return null;
        const options = widget.pre_chat_form_options;
        return (
          <SettingsForm
            form="preChat"
            saved={{
              pre_chat_form_enabled: widget.pre_chat_form_enabled,
              message: options.pre_chat_message ?? '',
              fields: offered(options.pre_chat_fields ?? [], attributes, t),
            }}
            save={async (_, all) => {
              await updateRows(
                'channel_web_widgets',
                { inbox_id: inbox.id, account_id: accountId },
                {
                  pre_chat_form_enabled: all.pre_chat_form_enabled,
                  pre_chat_form_options: {
                    ...options,
                    pre_chat_message: all.message,
                    pre_chat_fields: all.fields,
                  },
                },
              );
              await refreshSettings(accountId);
            }}
            sections={[
              {
                title: t('tab.pre-chat'),
                text: t('preChat.text'),
                fields: [
                  { name: 'pre_chat_form_enabled', kind: 'switch' },
                  {
                    name: 'message',
                    kind: 'long',
                    show: (values) => values.pre_chat_form_enabled === true,
                  },
                ],
                after: (draft) =>
                  draft.values.pre_chat_form_enabled === true && (
                    <FieldTable
                      fields={draft.values.fields as PreChatField[]}
                      onChange={(fields) => draft.set('fields', fields)}
                    />
                  ),
              },
            ]}
          />
        );
      }}
    </Asked>
  );
}

/** The fields kept, and after them those that could be asked for as well. */
function offered(
  kept: PreChatField[],
  attributes: CustomAttribute[],
  t: (key: string) => string,
): PreChatField[] {
  const standard = [
    { name: 'emailAddress', type: 'email' },
    { name: 'fullName', type: 'text' },
    { name: 'phoneNumber', type: 'text' },
  ].map(({ name, type }) => ({
    name,
    type,
    label: t(`preChat.field.${name}`),
    field_type: 'standard',
    required: false,
    enabled: false,
  }));
  const own = attributes.map((each) => ({
    name: each.attribute_key,
    type: each.display_type === 'list' ? 'select' : each.display_type,
    label: each.display_name,
    field_type: each.attribute_model,
    required: false,
    enabled: false,
    ...(each.display_type === 'list' ? { values: each.list_values } : {}),
  }));
  const known = new Set(kept.map((each) => each.name));
  return [...kept, ...[...standard, ...own].filter((each) => !known.has(each.name))];
}

interface FieldTableProps {
  fields: PreChatField[];
  onChange: (fields: PreChatField[]) => void;
}

function FieldTable({ fields, onChange }: FieldTableProps) {
  const { t } = useSettingsText();
  const change = (name: string, values: Partial<PreChatField>): void =>
    onChange(fields.map((each) => (each.name === name ? { ...each, ...values } : each)));
  return (
    <ul aria-label={t('preChat.fields')} className="divide-y divide-border">
      {fields.map((field) => (
        <li key={field.name} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2.5">
          <label className="flex min-w-32 items-center gap-2">
            <input
              type="checkbox"
              className="size-4 accent-(--accent)"
              checked={field.enabled}
              onChange={(event) => change(field.name, { enabled: event.target.checked })}
            />
            <bdi>{field.label || field.name}</bdi>
          </label>
          {field.enabled && (
            <>
              <input
                dir="auto"
                aria-label={t('preChat.label', { name: field.name })}
                value={field.label}
                onChange={(event) => change(field.name, { label: event.target.value })}
                className="h-9 min-w-40 flex-1 rounded-md border border-edge/60 bg-surface px-3"
              />
              <label className="flex items-center gap-2 text-meta">
                <input
                  type="checkbox"
                  className="size-4 accent-(--accent)"
                  checked={field.required}
                  onChange={(event) => change(field.name, { required: event.target.checked })}
                />
                {t('preChat.required')}
              </label>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
