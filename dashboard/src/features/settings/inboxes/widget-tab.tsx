import { useQuery } from '@tanstack/react-query';
import { MessageCircleMore } from 'lucide-react';
import { type InboxSettings, refreshSettings, updateRows, widgetsQuery } from '../api';
import type { Values } from '../fields';
import { Asked, SettingsForm } from '../kit';
import { usePlace } from '../place';
import { useSettingsText } from '../texts';

const choices = (values: string[], label: (value: string) => string) =>
  values.map((value) => ({ value, label: label(value) }));

/** How the chat looks and what visitors may do in it. */
export function WidgetTab({ inbox }: { inbox: InboxSettings }) {
  const { t } = useSettingsText();
  const { accountId } = usePlace();
  const widgets = useQuery(widgetsQuery(accountId));
  return (
    <Asked query={widgets}>
      {(rows) => {
        const widget = rows.find((each) => each.inbox_id === inbox.id);
        if (!widget) return null;
        return (
          <SettingsForm
            form="widget"
            saved={widget}
            save={async (changed) => {
              const row = { ...changed };
              if (Array.isArray(row.allowed_domains)) {
                row.allowed_domains = row.allowed_domains
                  .map((each) => String(each).trim().toLowerCase())
                  .filter(Boolean);
              }
              await updateRows(
                'channel_web_widgets',
                { inbox_id: inbox.id, account_id: accountId },
                row,
              );
              await refreshSettings(accountId);
            }}
            beside={(values) => (
              <Preview values={values} name={inbox.name} greeting={greetingOf(inbox)} />
            )}
            sections={[
              {
                title: t('widget.look'),
                fields: [
                  { name: 'widget_color', kind: 'color' },
                  {
                    name: 'widget_position',
                    kind: 'select',
                    options: choices(['right', 'left'], (value) => t(`widget.position.${value}`)),
                  },
                  { name: 'welcome_title' },
                  { name: 'welcome_tagline', kind: 'long', rows: 2 },
                  {
                    name: 'reply_time',
                    kind: 'select',
                    options: choices(['in_a_few_minutes', 'in_a_few_hours', 'in_a_day'], (value) =>
                      t(`widget.reply.${value}`),
                    ),
                  },
                ],
              },
              {
                title: t('widget.site'),
                fields: [
                  { name: 'website_url', code: true, placeholder: 'https://shop.example' },
                  {
                    name: 'allowed_domains',
                    kind: 'lines',
                    code: true,
                    placeholder: 'shop.example\n*.shop.example',
                  },
                ],
              },
              {
                title: t('widget.visitors'),
                fields: [
                  {
                    name: 'features',
                    kind: 'checks',
                    options: choices(
                      [
                        'attachments',
                        'emoji_picker',
                        'end_conversation',
                        'use_inbox_avatar_for_bot',
                      ],
                      (value) => t(`widget.feature.${value}`),
                    ),
                  },
                  { name: 'continuity_via_email', kind: 'switch' },
                  { name: 'hmac_mandatory', kind: 'switch' },
                ],
              },
            ]}
          />
        );
      }}
    </Asked>
  );
}

const greetingOf = (inbox: InboxSettings): string | null =>
  inbox.greeting_enabled ? inbox.greeting_message : null;

/** Black or white, whichever reads better on the colour. */
function inkOn(color: string): string {
  if (!/^#[0-9a-f]{6}$/.test(color)) return '#ffffff';
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? '#000000' : '#ffffff';
}

interface PreviewProps {
  values: Values;
  name: string;
  greeting: string | null;
}

/** The chat as visitors will meet it, while it is being changed. */
function Preview({ values, name, greeting }: PreviewProps) {
  const { t } = useSettingsText();
  const color = String(values.widget_color);
  const look = { backgroundColor: color, color: inkOn(color) };
  return (
    <figure
      aria-label={t('widget.preview')}
      className="mb-5 rounded-lg border border-border bg-hover p-5"
    >
      <div
        className={`flex flex-col gap-3 ${values.widget_position === 'left' ? 'items-start rtl:items-end' : 'items-end rtl:items-start'}`}
      >
        <div className="w-full max-w-72 overflow-hidden rounded-xl bg-surface shadow-float">
          <div className="px-5 py-4" style={look}>
            <p className="text-chip">
              <bdi>{name}</bdi>
            </p>
            <p className="mt-2 break-words font-semibold text-[1.0625rem]">
              <bdi>{String(values.welcome_title) || t('widget.defaultTitle')}</bdi>
            </p>
            {values.welcome_tagline !== '' && (
              <p className="mt-1 break-words text-meta">
                <bdi>{String(values.welcome_tagline)}</bdi>
              </p>
            )}
          </div>
          <div className="space-y-2 px-5 py-4">
            <p className="text-meta text-muted">{t(`widget.reply.${values.reply_time}`)}</p>
            {greeting && (
              <p className="w-fit max-w-full break-words rounded-lg bg-hover px-3 py-2 text-meta">
                <bdi>{greeting}</bdi>
              </p>
            )}
          </div>
        </div>
        <span
          aria-hidden="true"
          className="flex size-12 items-center justify-center rounded-full shadow-float"
          style={look}
        >
          <MessageCircleMore size={22} />
        </span>
      </div>
      <figcaption className="mt-3 text-chip text-muted">{t('widget.previewText')}</figcaption>
    </figure>
  );
}
