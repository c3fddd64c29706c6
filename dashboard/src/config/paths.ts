/** The one place that knows how addresses are spelled. */
export const tabs = ['mine', 'unassigned', 'all'] as const;
export type Tab = (typeof tabs)[number];

export const views = [...tabs, 'mentions', 'participating', 'unattended'] as const;
export type View = (typeof views)[number];

export const isView = (value: string): value is View =>
  (views as readonly string[]).includes(value);

export const isTab = (value: string): value is Tab => (tabs as readonly string[]).includes(value);

/** The orders of the contacts, the first being the usual one. */
export const contactSorts = ['-last_activity_at', 'name', '-created_at', 'created_at'] as const;
