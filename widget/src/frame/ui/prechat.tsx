import { type Field, plainPhone, readFields } from '../fields';
import { t } from '../i18n';
import { more } from '../more';
import type { Store } from '../store';
import type { Inbox } from '../types';
import { Form } from './form';

const STANDARD = { fullName: 'name', emailAddress: 'email', phoneNumber: 'phone_number' } as const;
type Standard = keyof typeof STANDARD;

const isStandard = (name: string): name is Standard => Object.hasOwn(STANDARD, name);

/** What the inbox wants to know before the first message, and that message. */
export default function PreChat({ store, inbox }: { store: Store; inbox: Inbox }) {
  const { pre_chat_message: hello, pre_chat_fields: raw } = inbox.pre_chat_form ?? {};
  const { claims } = store;
  // Nobody is asked what the page has told us.
  const asked = readFields(raw).filter(
    ({ name }) => !(isStandard(name) ? claims[STANDARD[name]] : claims.custom_attributes?.[name]),
  );
  const fields: Field[] = [
    ...asked.map((field) => ({
      ...field,
      label: field.label || (isStandard(field.name) ? more(field.name) : field.name),
    })),
    {
      ...(readFields([{ name: 'message' }])[0] as Field),
      name: '',
      label: t('messageLabel'),
      type: 'textarea',
      required: true,
      initial: store.draft,
    },
  ];

  const submit = (values: Record<string, string>): void => {
    const attributes: Record<string, unknown> = {};
    const known: Partial<Record<(typeof STANDARD)[Standard], string>> = {};
    for (const { name, type } of asked) {
      const value = values[name]?.trim() ?? '';
      if (value === '') continue;
      if (isStandard(name)) known[STANDARD[name]] = type === 'tel' ? plainPhone(value) : value;
      else attributes[name] = type === 'checkbox' ? true : value;
    }
    store.answer({ ...known, custom_attributes: attributes });
    store.draft = '';
    store.send((values[''] ?? '').trim(), { name: known.name ?? null, email: known.email ?? null });
  };

  return (
    <section class="prechat" aria-label={more('preChat')}>
      {hello && (
        <p class="hello">
          <bdi>{hello}</bdi>
        </p>
      )}
      <Form id="pre-chat" fields={fields} action={more('startChat')} start onSubmit={submit} />
    </section>
  );
}
