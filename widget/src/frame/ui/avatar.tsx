import { useState } from 'preact/hooks';
import { initials } from '../timeline';

/** A face, or the initials where there is none or it cannot be loaded. */
export function Avatar({
  name,
  url,
  large,
}: {
  name: string;
  url: string | null;
  large?: boolean;
}) {
  const [broken, setBroken] = useState<string | null>(null);
  const safe = url !== null && /^(https?:|\/)/.test(url) && url !== broken;
  return (
    <span class={large ? 'avatar large' : 'avatar'} aria-hidden="true">
      {safe ? (
        <img src={url} alt="" referrerpolicy="no-referrer" onError={() => setBroken(url)} />
      ) : (
        initials(name)
      )}
    </span>
  );
}
