import { Dialog } from '@/components/dialog';
import { Kbd } from '@/components/kbd';
import { useTranslation } from '@/i18n';
import { setPreferences, usePreferences } from '@/lib/preferences';
import type { Command } from './commands';

/** All shortcuts that work here, and the switch that turns the single keys off. */
export default function ShortcutSheet({
  commands,
  onClose,
}: {
  commands: Command[];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { singleKeys } = usePreferences();
  const groups = (['move', 'act', 'write', 'general'] as const).map((group) => ({
    group,
    commands: commands.filter((command) => command.group === group && command.shown.length > 0),
  }));
  return (
    <Dialog title={t('shortcuts.title')} onClose={onClose} wide>
      <div className="overflow-y-auto px-5 pb-5">
        <div className="gap-x-10 pt-3 sm:columns-2">
          {groups.map(
            ({ group, commands: inGroup }) =>
              inGroup.length > 0 && (
                <section key={group} className="mb-4 break-inside-avoid">
                  <h3 className="mb-1 font-semibold text-chip text-muted">
                    {t(`shortcuts.${group}`)}
                  </h3>
                  <dl>
                    {inGroup.map((command) => (
                      <div key={command.id} className="flex h-8 items-center gap-4">
                        <dt>{command.label}</dt>
                        <dd className="ms-auto flex gap-1" dir="ltr">
                          {command.shown.map((key) => (
                            <Kbd key={key}>{key}</Kbd>
                          ))}
                        </dd>
                      </div>
                    ))}
                  </dl>
                </section>
              ),
          )}
        </div>
        <label className="flex items-center gap-2.5 border-border border-t pt-4">
          <input
            type="checkbox"
            checked={singleKeys}
            onChange={(event) => setPreferences({ singleKeys: event.target.checked })}
            className="size-4 accent-accent"
          />
          {t('shortcuts.singleKeys')}
        </label>
      </div>
    </Dialog>
  );
}
