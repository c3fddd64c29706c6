import { expect, it } from 'vitest';
import { aConversation } from '@/testing/factories';
import { undoing } from './bulk-undo';

it('takes those back together that were alike, and leaves alone what did not change', () => {
  const rows = [
    aConversation({ id: 'a', status: 'open', assignee_id: 'ana' }),
    aConversation({ id: 'b', status: 'resolved' }),
    aConversation({ id: 'c', status: 'open', assignee_id: 'ana' }),
    aConversation({ id: 'd', status: 'snoozed', snoozed_until: '2026-12-01T09:00:00Z' }),
  ];
  expect(undoing(rows, { status: 'resolved' })).toEqual([
    { ids: ['a', 'c'], changes: { status: 'open' } },
    { ids: ['d'], changes: { status: 'snoozed', snoozed_until: '2026-12-01T09:00:00Z' } },
  ]);
});

it('takes those from their new assignee that had none before they were closed', () => {
  const rows = [
    aConversation({ id: 'a', status: 'open' }),
    aConversation({ id: 'b', status: 'open', assignee_id: 'ana' }),
  ];
  expect(undoing(rows, { status: 'resolved' })).toEqual([
    { ids: ['a', 'b'], changes: { status: 'open' } },
    { ids: ['a'], changes: { assignee_id: null } },
  ]);
});

it('gives back assignees, teams and priorities, nobody and none among them', () => {
  const rows = [
    aConversation({ id: 'a', assignee_id: null, team_id: null, priority: null }),
    aConversation({ id: 'b', assignee_id: 'ana', team_id: 'night', priority: 'low' }),
  ];
  const changes = { assignee_id: 'ben', team_id: 'day', priority: 'high' } as const;
  expect(undoing(rows, changes)).toEqual([
    { ids: ['a'], changes: { assignee_id: null, team_id: null, priority: null } },
    { ids: ['b'], changes: { assignee_id: 'ana', team_id: 'night', priority: 'low' } },
  ]);
});

it('touches no label that was there before', () => {
  const rows = [
    aConversation({ id: 'a', labels: ['vip'] }),
    aConversation({ id: 'b', labels: ['old'] }),
  ];
  expect(undoing(rows, { add_labels: ['vip'], remove_labels: ['old'] })).toEqual([
    { ids: ['b'], changes: { remove_labels: ['vip'], add_labels: ['old'] } },
  ]);
});
