/** Marks the one place on each screen where the keyboard starts. */
export const START = { 'data-start': '' } as const;

/** Moves the keyboard to where the current screen starts. */
export function focusScreen(): void {
  // After the frame in which a screen may just be changing.
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>('[data-start]')?.focus({ preventScroll: true }),
  );
}
