import { useNavigate } from '@tanstack/react-router';
import type { RefObject } from 'react';
import type { View } from '@/config/paths';
import { useTranslation } from '@/i18n';
import { setPreferences } from '@/lib/preferences';
import { runLastToastAction } from '@/lib/toast';
import type { Conversation } from '@/types/conversation';
import { useInbox } from '../inbox-context';
import { useLive } from '../live';
import { openPalette, openSearch, openSheet } from './overlays';

export interface Command {
  id: string;
  label: string;
  /** As react-hotkeys-hook writes it; null for commands only the palette offers. */
  keys: string | null;
  /** As people read it. */
  shown: string[];
  group: 'move' | 'act' | 'write' | 'general';
  run: () => void;
}

interface CommandContext {
  accountId: string;
  openDisplayId: number | null;
  rows: RefObject<Conversation[]>;
}

const isMac = /mac|iphone|ipad/i.test(navigator.userAgent);

/** Everything the keyboard can do, written once for the keys, the palette and the sheet. */
export function useCommands({ accountId, openDisplayId, rows }: CommandContext): Command[] {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: '/a/$accountId/inbox/$view' });
  const { actions, composer, openNext, openRow, panelOpen, people, selectRow, togglePanel } =
    useInbox();
  const { userId } = useLive();

  function focusRow(row: Conversation): void {
    document.querySelector<HTMLElement>(`[data-row="${row.id}"]`)?.focus();
  }

  function open(row: Conversation | undefined): void {
    if (!row) return;
    void navigate({
      to: '/a/$accountId/inbox/$view/$displayId',
      params: (params) => ({ ...params, displayId: String(row.display_id) }),
      search: ({ message: _message, ...search }) => search,
    });
  }

  /** With a conversation open the next one opens; otherwise only the focus moves. */
  function step(by: 1 | -1): void {
    const focused = document.activeElement?.getAttribute('data-row');
    const index = rows.current.findIndex((row) =>
      focused ? row.id === focused : row.display_id === openDisplayId,
    );
    const next = rows.current[index === -1 ? 0 : index + by];
    if (!next) return;
    if (openDisplayId !== null) open(next);
    focusRow(next);
  }

  function openFocused(): void {
    const focused = document.activeElement?.getAttribute('data-row');
    open(rows.current.find((row) => row.id === focused));
  }

  /** Opens a menu of the details, and the details first where they are closed. */
  function openMenu(id: string): void {
    const press = () => document.getElementById(id)?.click();
    if (document.getElementById(id)) press();
    else if (!panelOpen) {
      togglePanel();
      setTimeout(press, 300);
    }
  }

  const goTo = (view: View) => () =>
    void navigate({ to: '/a/$accountId/inbox/$view', params: { accountId, view } });

  const onRow = (act: (row: Conversation) => void) => () => {
    if (openRow.current) act(openRow.current);
  };

  const general: Command[] = [
    {
      id: 'palette',
      label: t('command.palette'),
      keys: 'mod+k',
      shown: [isMac ? '⌘' : 'Ctrl', 'K'],
      group: 'general',
      run: openPalette,
    },
    {
      id: 'help',
      label: t('command.help'),
      keys: 'shift+slash',
      shown: ['?'],
      group: 'general',
      run: openSheet,
    },
    {
      id: 'undo',
      label: t('command.undo'),
      keys: 'z',
      shown: ['Z'],
      group: 'general',
      run: () => void runLastToastAction(),
    },
    {
      id: 'inbox',
      label: t('command.inbox'),
      keys: 'g>i',
      shown: ['G', 'I'],
      group: 'move',
      run: goTo('mine'),
    },
    {
      id: 'unassigned',
      label: t('command.unassigned'),
      keys: 'g>u',
      shown: ['G', 'U'],
      group: 'move',
      run: goTo('unassigned'),
    },
    {
      id: 'mentions',
      label: t('command.mentions'),
      keys: 'g>m',
      shown: ['G', 'M'],
      group: 'move',
      run: goTo('mentions'),
    },
    {
      id: 'contacts',
      label: t('nav.contacts'),
      keys: 'g>c',
      shown: ['G', 'C'],
      group: 'move',
      run: () => void navigate({ to: '/a/$accountId/contacts', params: { accountId } }),
    },
    {
      id: 'search',
      label: t('search.title'),
      keys: 'slash',
      shown: ['/'],
      group: 'general',
      run: openSearch,
    },
    {
      id: 'select',
      label: t('command.select'),
      keys: 'x',
      shown: ['X'],
      group: 'act',
      run: () => {
        const focused = document.activeElement?.getAttribute('data-row');
        const row =
          rows.current.find((each) => each.id === focused) ??
          rows.current.find((each) => each.display_id === openDisplayId);
        if (row) selectRow(row, false);
      },
    },
    {
      id: 'next',
      label: t('command.next'),
      keys: 'j',
      shown: ['J'],
      group: 'move',
      run: () => step(1),
    },
    {
      id: 'previous',
      label: t('command.previous'),
      keys: 'k',
      shown: ['K'],
      group: 'move',
      run: () => step(-1),
    },
    {
      id: 'open',
      label: t('command.open'),
      keys: null,
      shown: ['↵'],
      group: 'move',
      run: openFocused,
    },
    {
      id: 'light',
      label: t('command.light'),
      keys: null,
      shown: [],
      group: 'general',
      run: () => setPreferences({ theme: 'light' }),
    },
    {
      id: 'dark',
      label: t('command.dark'),
      keys: null,
      shown: [],
      group: 'general',
      run: () => setPreferences({ theme: 'dark' }),
    },
  ];
  if (openDisplayId === null) return general;
  return [
    ...general,
    {
      id: 'back',
      label: t('command.back'),
      keys: 'u,esc',
      shown: ['U'],
      group: 'move',
      run: () =>
        void navigate({
          to: '/a/$accountId/inbox/$view',
          search: ({ message: _message, ...search }) => search,
        }),
    },
    {
      id: 'reply',
      label: t('command.reply'),
      keys: 'r',
      shown: ['R'],
      group: 'write',
      run: () => composer.current?.focus('reply'),
    },
    {
      id: 'note',
      label: t('command.note'),
      keys: 'n',
      shown: ['N'],
      group: 'write',
      run: () => composer.current?.focus('note'),
    },
    {
      id: 'resolve',
      label: t('command.resolve'),
      keys: 'e',
      shown: ['E'],
      group: 'act',
      run: onRow((row) => actions.changeStatus(row, 'resolved')),
    },
    {
      id: 'resolve-next',
      label: t('thread.resolveAndNext'),
      keys: 'shift+e',
      shown: ['⇧', 'E'],
      group: 'act',
      run: onRow((row) => {
        openNext(row);
        actions.changeStatus(row, 'resolved');
      }),
    },
    {
      id: 'snooze',
      label: t('thread.snooze'),
      keys: 'h',
      shown: ['H'],
      group: 'act',
      run: () => openMenu('snooze-menu'),
    },
    {
      id: 'snooze-reply',
      label: t('command.snoozeReply'),
      keys: 'shift+h',
      shown: ['⇧', 'H'],
      group: 'act',
      run: onRow((row) => actions.changeStatus(row, 'snoozed')),
    },
    {
      id: 'label',
      label: t('conversation.addLabel'),
      keys: 'l',
      shown: ['L'],
      group: 'act',
      run: () => openMenu('labels-menu'),
    },
    {
      id: 'priority',
      label: t('command.priority'),
      keys: 'p',
      shown: ['P'],
      group: 'act',
      run: () => openMenu('priority-menu'),
    },
    {
      id: 'team',
      label: t('command.team'),
      keys: 't',
      shown: ['T'],
      group: 'act',
      run: () => openMenu('team-menu'),
    },
    {
      id: 'attach',
      label: t('composer.attach'),
      keys: 'mod+shift+a',
      shown: [isMac ? '⌘' : 'Ctrl', '⇧', 'A'],
      group: 'write',
      run: () => composer.current?.chooseFiles(),
    },
    {
      id: 'reopen',
      label: t('command.reopen'),
      keys: 'shift+o',
      shown: ['⇧', 'O'],
      group: 'act',
      run: onRow((row) => actions.changeStatus(row, 'open')),
    },
    {
      id: 'assign-me',
      label: t('command.assignMe'),
      keys: 'i',
      shown: ['I'],
      group: 'act',
      run: onRow((row) =>
        actions.changeAssignee(row, { id: userId, name: people.get(userId)?.name ?? '' }),
      ),
    },
    {
      id: 'assign',
      label: t('command.assign'),
      keys: 'a',
      shown: ['A'],
      group: 'act',
      run: () => openMenu('assignee-menu'),
    },
    {
      id: 'unread',
      label: t('command.unread'),
      keys: 'shift+u',
      shown: ['⇧', 'U'],
      group: 'act',
      run: onRow(actions.makeUnread),
    },
    {
      id: 'panel',
      label: t('command.panel'),
      keys: 'bracketright',
      shown: [']'],
      group: 'general',
      run: togglePanel,
    },
  ];
}
