import { useState } from 'react';
import { Button } from '@/components/button';
import { env } from '@/lib/supabase';
import { change } from '../api';
import { type FieldSpec, Fields } from '../fields';
import { ForAdministrators, Page, Refusal, Section, useAttempt } from '../kit';
import { SettingsLink, usePlace, useSettingsNavigate } from '../place';
import { useSettingsText } from '../texts';
import { useDraft } from '../use-draft';
import { ChannelIcon } from './channel-icon';
import {
  type ChannelSpec,
  channelOf,
  channels,
  filledIn,
  madeUp,
  webhooksOf,
  webhookUrl,
} from './channels';
import { setupSteps } from './health';
import { rememberSecrets } from './just-connected';
import { type SignInProvider, signInUrl } from './proof';
import { SignInButtons } from './sign-in';
import { type Step, Steps } from './steps';

const own: ChannelSpec[] = ['web_widget', 'api'].map((type) => ({
  type,
  settings: [],
  secrets: [],
  ours: [],
}));

/** First the channel, then what has to be known about it. */
export function NewInbox({ type }: { type: string | undefined }) {
  const spec = own.find((each) => each.type === type) ?? (type ? channelOf(type) : undefined);
  return (
    <ForAdministrators>
      {spec ? <Connect key={spec.type} spec={spec} /> : <ChooseChannel />}
    </ForAdministrators>
  );
}

function ChooseChannel() {
  const { t } = useSettingsText();
  return (
    <Page title={t('inboxes.new')} text={t('connect.choose')}>
      <Steps steps={['channel', 'credentials', 'check', 'members', 'done']} current="channel" />
      <ul className="grid gap-3 sm:grid-cols-2">
        {[...own, ...channels].map(({ type }) => (
          <li key={type}>
            <SettingsLink
              to={`inboxes/new/${type}`}
              className="flex h-full items-start gap-3 rounded-lg border border-border bg-surface p-4 hover:border-accent"
            >
              <ChannelIcon type={type} />
              <span className="min-w-0">
                <span className="block font-medium">{t(`channel.${type}`)}</span>
                <span className="block text-meta text-muted">{t(`connect.about.${type}`)}</span>
              </span>
            </SettingsLink>
          </li>
        ))}
      </ul>
    </Page>
  );
}

function Connect({ spec }: { spec: ChannelSpec }) {
  const { t } = useSettingsText();
  const { accountId } = usePlace();
  const navigate = useSettingsNavigate();
  const plain = own.includes(spec);
  // Made up once; typing one's own is possible.
  const [start] = useState(() => ({
    name: '',
    ...Object.fromEntries(spec.ours.map((name) => [name, madeUp()])),
    ...Object.fromEntries(
      spec.settings.flatMap(({ name, options }) => (options ? [[name, options[0]?.value]] : [])),
    ),
  }));
  const [made, setMade] = useState(false);
  const draft = useDraft({
    saved: start,
    guard: !made,
    fieldOf: { name_invalid: 'name', address_invalid: 'address', address_taken: 'address' },
    save: async (_, all) => {
      const address = spec.address?.(all) ?? String(all.address ?? '').trim();
      const secrets = filledIn(spec.secrets, all);
      const { id }: { id: string } = plain
        ? await change(accountId, 'create_inbox', {
            p_account_id: accountId,
            p_name: all.name,
            p_channel_type: spec.type,
          })
        : await change(accountId, 'connect_channel', {
            p_account_id: accountId,
            p_name: all.name,
            p_channel_type: spec.type,
            p_address: address,
            p_settings: {
              ...filledIn(spec.settings, all),
              ...spec.derived?.(webhookUrl(env().apiUrl, spec.type, address)),
            },
            p_secrets: secrets,
          });
      rememberSecrets(id, spec.ours, secrets);
      setMade(true);
      // After the guard has heard that there is nothing to lose any more.
      setTimeout(() => navigate(`inboxes/${id}/setup`));
    },
  });
  const attempt = useAttempt();
  const signIn = (provider: SignInProvider): Promise<void> =>
    attempt(async () => {
      const asked = { account_id: accountId, name: String(draft.values.name) };
      const url = await signInUrl(provider, asked);
      setMade(true);
      setTimeout(() => window.location.assign(url));
    });
  const steps: Step[] = [
    'channel',
    'credentials',
    ...setupSteps(spec.type, webhooksOf(spec, draft.values)),
  ];
  const basics: FieldSpec[] = [
    { name: 'name', required: true },
    ...(plain || spec.address
      ? []
      : [
          {
            name: 'address',
            code: true,
            required: true,
            label: t(`connect.addressOf.${spec.type}`),
          },
        ]),
  ];
  const shared = {
    form: 'connect',
    values: draft.values,
    onChange: draft.set,
    errorOf: draft.errorOf,
  };
  return (
    <Page title={t(`channel.${spec.type}`)} text={t(`connect.about.${spec.type}`)}>
      <Steps steps={steps} current="credentials" />
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!draft.busy) void draft.submit();
        }}
      >
        <Section title={t('inbox.general')}>
          <Fields {...shared} specs={basics} />
          {spec.type === 'email' && <SignInButtons onChoose={(each) => void signIn(each)} />}
        </Section>
        {!plain && (
          <Section title={t('connect.where')}>
            <p className="text-pretty text-muted">{t(`connect.help.${spec.type}`)}</p>
          </Section>
        )}
        {spec.settings.length > 0 && (
          <Section title={t('tab.settings')}>
            <Fields {...shared} specs={spec.settings} />
          </Section>
        )}
        {spec.secrets.length > 0 && (
          <Section title={t('connect.secrets')} text={t('connect.secretsText')}>
            <Fields {...shared} specs={spec.secrets} />
          </Section>
        )}
        <Refusal text={draft.failure} />
        <div className="mt-4 flex justify-end gap-2">
          <SettingsLink
            to="inboxes/new"
            className="inline-flex h-9 items-center rounded-md border border-border bg-surface px-3.5 font-medium hover:bg-hover"
          >
            {t('connect.other')}
          </SettingsLink>
          <Button type="submit" look="primary" size="md" aria-disabled={draft.busy}>
            {t(draft.busy ? 'form.saving' : 'connect.create')}
          </Button>
        </div>
      </form>
    </Page>
  );
}
