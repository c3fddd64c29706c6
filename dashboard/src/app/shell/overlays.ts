import { useSyncExternalStore } from 'react';

type Overlay = 'sheet' | 'palette' | 'search' | null;

let open: Overlay = null;
const listeners = new Set<() => void>();

function set(next: Overlay): void {
  open = next;
  for (const listener of listeners) listener();
}

export const openSheet = (): void => set('sheet');
export const openPalette = (): void => set('palette');
export const openSearch = (): void => set('search');
export const closeOverlay = (): void => set(null);

/** Which of the page's own overlays is open; menus and buttons far apart can open them. */
export function useOverlay(): Overlay {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => open,
  );
}
