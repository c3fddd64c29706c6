/** One key, as printed on it. */
export function Kbd({ children }: { children: string }) {
  return (
    <kbd
      dir="ltr"
      className="inline-flex h-5 min-w-5 items-center justify-center rounded-sm border border-border border-b-2 bg-surface px-1 font-sans text-[11px] text-muted"
    >
      {children}
    </kbd>
  );
}
