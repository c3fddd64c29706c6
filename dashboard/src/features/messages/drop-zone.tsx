import { Paperclip } from 'lucide-react';
import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import { useTranslation } from '@/i18n';

const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files');

/** Files may be dropped anywhere on the conversation; `onFiles` gets them. */
export function DropZone({
  onFiles,
  children,
}: {
  onFiles: (files: File[]) => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const depth = useRef(0);
  const [over, setOver] = useState(false);
  return (
    // Dragging is a short cut for the pointer; the button in the composer does the same.
    // biome-ignore lint/a11y/noStaticElementInteractions: see above
    <div
      className="relative flex min-h-0 flex-1 flex-col"
      onDragEnter={(event) => {
        if (!hasFiles(event)) return;
        depth.current += 1;
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!hasFiles(event)) return;
        depth.current -= 1;
        if (depth.current === 0) setOver(false);
      }}
      onDragOver={(event) => {
        if (hasFiles(event)) event.preventDefault();
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        onFiles([...event.dataTransfer.files]);
      }}
    >
      {children}
      {over && (
        <div className="pointer-events-none absolute inset-2 z-20 flex animate-[appear_100ms] flex-col items-center justify-center gap-2 rounded-lg border-2 border-accent border-dashed bg-[color-mix(in_oklch,var(--surface)_88%,transparent)] font-medium text-accent">
          <Paperclip aria-hidden="true" size={22} />
          {t('attachment.drop')}
        </div>
      )}
    </div>
  );
}
