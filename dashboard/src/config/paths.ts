/** The one place that knows how addresses are spelled. */
export const views = ['mine', 'unassigned', 'all'] as const;
export type View = (typeof views)[number];

export const isView = (value: string): value is View =>
  (views as readonly string[]).includes(value);
