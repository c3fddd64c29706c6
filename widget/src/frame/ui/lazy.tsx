import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** A part that is fetched when it is first needed. Until then, and where that fails, there is nothing. */
export function Lazy<P extends object>({
  load,
  ...props
}: P & { load: () => Promise<{ default: ComponentType<P> }> }) {
  const [part, setPart] = useState<{ Part: ComponentType<P> } | null>(null);
  useEffect(() => {
    load().then(
      (loaded) => setPart({ Part: loaded.default }),
      // A later screen asks again.
      () => {},
    );
  }, []);
  return part && <part.Part {...(props as unknown as P)} />;
}
