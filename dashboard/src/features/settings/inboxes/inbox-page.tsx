import { useQuery } from '@tanstack/react-query';
import { SearchX } from 'lucide-react';
import { cx } from '@/components/cx';
import { StateMessage } from '@/components/state-message';
import { inboxSettingsQuery } from '../api';
import { Asked, ForAdministrators, Page } from '../kit';
import { SettingsLink, usePlace } from '../place';
import { useSettingsText } from '../texts';
import { ApiTab } from './api-tab';
import { channelOf } from './channels';
import { ConnectionTab } from './connection-tab';
import { HoursTab } from './hours-tab';
import { InstallTab } from './install-tab';
import { MembersTab } from './members-tab';
import { PreChatTab } from './pre-chat-tab';
import { SettingsTab } from './settings-tab';
import { Setup } from './setup';
import { TemplatesTab } from './templates-tab';
import { WidgetTab } from './widget-tab';

const tabs = {
  settings: SettingsTab,
  widget: WidgetTab,
  'pre-chat': PreChatTab,
  install: InstallTab,
  api: ApiTab,
  connection: ConnectionTab,
  templates: TemplatesTab,
  hours: HoursTab,
  members: MembersTab,
};
type Tab = keyof typeof tabs;

function tabsOf(channel: string): Tab[] {
  if (channel === 'web_widget')
    return ['settings', 'widget', 'pre-chat', 'install', 'hours', 'members'];
  if (channel === 'api') return ['settings', 'api', 'hours', 'members'];
  if (channel.includes('whatsapp'))
    return ['settings', 'connection', 'templates', 'hours', 'members'];
  return channelOf(channel)
    ? ['settings', 'connection', 'hours', 'members']
    : ['settings', 'hours', 'members'];
}

/** One inbox, a tab at a time. */
export function InboxPage({ inboxId, tab }: { inboxId: string; tab: string }) {
  const { t } = useSettingsText();
  const { accountId } = usePlace();
  const inboxes = useQuery(inboxSettingsQuery(accountId));
  return (
    <ForAdministrators>
      <Asked query={inboxes}>
        {(rows) => {
          const inbox = rows.find((each) => each.id === inboxId);
          if (!inbox) {
            return (
              <StateMessage
                icon={SearchX}
                title={t('inboxes.missing')}
                text={t('inboxes.missingText')}
              />
            );
          }
          if (tab === 'setup') {
            return (
              <Page title={inbox.name} text={t(`channel.${inbox.channel_type}`)}>
                <Setup inbox={inbox} />
              </Page>
            );
          }
          const offered = tabsOf(inbox.channel_type);
          const shown = offered.find((each) => each === tab) ?? 'settings';
          const Shown = tabs[shown];
          return (
            <Page title={inbox.name} text={t(`channel.${inbox.channel_type}`)}>
              <nav
                aria-label={t('inboxes.tabs')}
                className="-mx-1 mb-5 flex gap-1 overflow-x-auto border-border border-b px-1"
              >
                {offered.map((each) => (
                  <SettingsLink
                    key={each}
                    to={`inboxes/${inbox.id}/${each}`}
                    current={each === shown}
                    className={cx(
                      '-mb-px whitespace-nowrap border-b-2 px-3 py-2 text-meta',
                      each === shown
                        ? 'border-accent font-semibold text-text'
                        : 'border-transparent text-muted hover:text-text',
                    )}
                  >
                    {t(`tab.${each}`)}
                  </SettingsLink>
                ))}
              </nav>
              <Shown key={shown} inbox={inbox} />
            </Page>
          );
        }}
      </Asked>
    </ForAdministrators>
  );
}
