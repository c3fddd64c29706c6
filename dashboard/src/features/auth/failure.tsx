import { CircleAlert } from 'lucide-react';

/** A refusal of the whole form; announced when it appears. */
export function Failure({ text }: { text: string | null }) {
  return (
    <div role="alert">
      {text && (
        <p className="flex gap-2 rounded-md bg-danger-tint px-3 py-2.5 text-danger text-meta">
          <CircleAlert aria-hidden="true" size={16} className="mt-px shrink-0" />
          {text}
        </p>
      )}
    </div>
  );
}
