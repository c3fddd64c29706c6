import { useQuery } from '@tanstack/react-query';
import { Inbox, Plus, TriangleAlert } from 'lucide-react';
import { StateMessage } from '@/components/state-message';
import { connectionsQuery, inboxSettingsQuery } from '../api';
import { Asked, Page, Rows, rowLook } from '../kit';
import { SettingsLink, usePlace } from '../place';
import { useSettingsText } from '../texts';
import { ChannelIcon } from './channel-icon';
import { healthOf } from './health';

/** All inboxes; those that need an administrator say so. */
export function InboxList() {
  const { t } = useSettingsText();
  const { accountId, isAdministrator } = usePlace();
  const inboxes = useQuery(inboxSettingsQuery(accountId));
  const { data: connections } = useQuery(connectionsQuery(accountId));
  const healthBy = new Map(connections?.map((each) => [each.inbox_id, healthOf(each)]));
  return (
    <Page
      title={t('page.inboxes')}
      text={t('inboxes.text')}
      actions={
        isAdministrator && (
          <SettingsLink
            to="inboxes/new"
            className="inline-flex h-9 items-center gap-2 rounded-md bg-accent px-3.5 font-medium text-on-accent hover:bg-accent-strong"
          >
            <Plus aria-hidden="true" size={16} />
            {t('inboxes.new')}
          </SettingsLink>
        )
      }
    >
      <Asked query={inboxes}>
        {(rows) =>
          rows.length === 0 ? (
            <StateMessage icon={Inbox} title={t('inboxes.none')} text={t('inboxes.noneText')} />
          ) : (
            <Rows label={t('page.inboxes')}>
              {rows.map((inbox) => {
                const health = healthBy.get(inbox.id);
                return (
                  <li key={inbox.id} className={rowLook}>
                    <ChannelIcon type={inbox.channel_type} />
                    <div className="min-w-0 flex-1">
                      <SettingsLink
                        to={`inboxes/${inbox.id}`}
                        className="block truncate font-medium hover:underline"
                      >
                        <bdi>{inbox.name}</bdi>
                      </SettingsLink>
                      <p className="text-meta text-muted">{t(`channel.${inbox.channel_type}`)}</p>
                    </div>
                    {health && health !== 'working' && health !== 'unproven' && (
                      <span className="flex items-center gap-1.5 text-danger text-meta">
                        <TriangleAlert aria-hidden="true" size={15} />
                        {t(`connection.short.${health}`)}
                      </span>
                    )}
                  </li>
                );
              })}
            </Rows>
          )
        }
      </Asked>
    </Page>
  );
}
