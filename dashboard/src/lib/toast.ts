export interface Toast {
  id: number;
  text: string;
  tone: 'neutral' | 'danger';
  action: { label: string; run: () => void } | null;
}

let toasts: Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

export const subscribeToToasts = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const getToasts = (): Toast[] => toasts;

function publish(next: Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Tells the agent what happened, with one thing to do about it. */
export function showToast(
  text: string,
  options: { tone?: Toast['tone']; action?: NonNullable<Toast['action']> } = {},
): void {
  const toast: Toast = {
    id: nextId++,
    text,
    tone: options.tone ?? 'neutral',
    action: options.action ?? null,
  };
  publish([...toasts.slice(-2), toast]);
}

export const dismissToast = (id: number): void =>
  publish(toasts.filter((toast) => toast.id !== id));

/** Runs the newest toast's action; false when there is none. */
export function runLastToastAction(): boolean {
  const last = toasts.findLast((toast) => toast.action);
  if (!last?.action) return false;
  dismissToast(last.id);
  last.action.run();
  return true;
}
