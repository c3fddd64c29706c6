/** The panel's pictures; all decorative, their buttons carry the names. */
const PATHS = {
  back: 'M15 5l-7 7 7 7',
  close: 'M6 6l12 12M18 6L6 18',
  down: 'M12 5v14M6 13l6 6 6-6',
  send: 'M5 12h13M12 5l7 7-7 7',
  chat: 'M12 4c-4.7 0-8.5 3.1-8.5 7 0 2.1 1.1 4 2.8 5.3L6 20l3.9-2.1c.7.1 1.4.2 2.1.2 4.7 0 8.5-3.1 8.5-7S16.700 4 12 4z',
  clock: 'M12 7v5l3 2M12 21a9 9 0 100-18 9 9 0 000 18z',
  clip: 'M20 11l-8.5 8.5a5 5 0 01-7-7L13 4a3.3 3.3 0 015 5l-8.5 8.5a1.7 1.7 0 01-2.5-2.5L15 7',
  smile: 'M12 21a9 9 0 100-18 9 9 0 000 18zM8 14c2 3 6 3 8 0M9 9v.5M15 9v.5',
  end: 'M5 13l4 4L19 7',
} as const;

/** `mirrored` icons point the other way in right-to-left languages. */
export function Icon({ name, mirrored }: { name: keyof typeof PATHS; mirrored?: boolean }) {
  return (
    <svg class={mirrored ? 'icon mirrored' : 'icon'} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
