let speak: ((text: string) => void) | null = null;

/** Connects the page's hidden log; the returned function disconnects it. */
export function connectAnnouncer(next: (text: string) => void): () => void {
  speak = next;
  return () => {
    if (speak === next) speak = null;
  };
}

/** Says something to people who listen to the page instead of looking at it. */
export const announce = (text: string): void => speak?.(text);
