import { useNavigate } from '@tanstack/react-router';
import { type RefObject, Suspense } from 'react';
import { useHotkeys } from 'react-hotkeys-hook';
import { lazily } from '@/lib/parts';
import { usePreferences } from '@/lib/preferences';
import type { Conversation } from '@/types/conversation';
import { type Command, useCommands } from './commands';
import { closeOverlay, useOverlay } from './overlays';

const ShortcutSheet = lazily(() => import('./shortcut-sheet'));
const Palette = lazily(() => import('./palette'));
const SearchDialog = lazily(() => import('@/features/search/search-dialog'));

interface ShortcutsProps {
  accountId: string;
  openDisplayId: number | null;
  rows: RefObject<Conversation[]>;
}

/** Listens to the keyboard; single keys rest inside inputs, under overlays, and when switched off. */
export default function Shortcuts(props: ShortcutsProps) {
  const commands = useCommands(props);
  const overlay = useOverlay();
  const navigate = useNavigate({ from: '/a/$accountId/inbox/$view' });
  return (
    <>
      {commands.map(
        (command) =>
          command.keys && (
            <Hotkey
              key={command.id}
              command={command}
              keys={command.keys}
              enabled={overlay === null}
            />
          ),
      )}
      <Suspense>
        {overlay === 'sheet' && <ShortcutSheet commands={commands} onClose={closeOverlay} />}
        {overlay === 'search' && (
          <SearchDialog
            accountId={props.accountId}
            onClose={closeOverlay}
            onOpen={(displayId, message) => {
              closeOverlay();
              void navigate({
                to: '/a/$accountId/inbox/$view/$displayId',
                params: (params) => ({ ...params, displayId: String(displayId) }),
                search: (search) => ({ ...search, message: message ?? undefined }),
              });
            }}
          />
        )}
        {overlay === 'palette' && (
          <Palette
            commands={commands.filter((command) => command.id !== 'palette')}
            onClose={closeOverlay}
          />
        )}
      </Suspense>
    </>
  );
}

function Hotkey({ command, keys, enabled }: { command: Command; keys: string; enabled: boolean }) {
  const { singleKeys } = usePreferences();
  const withModifier = keys.startsWith('mod+');
  useHotkeys(
    keys,
    (event) => {
      // An open menu or dialog has the keyboard to itself.
      if (document.querySelector('[role="menu"], [role="dialog"]')) return;
      event.preventDefault();
      command.run();
    },
    { enabled: enabled && (withModifier || singleKeys), enableOnFormTags: withModifier },
    [command, enabled, singleKeys],
  );
  return null;
}
