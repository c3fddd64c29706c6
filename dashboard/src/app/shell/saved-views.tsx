import { useQueries, useQuery } from '@tanstack/react-query';
import { Bookmark, Share2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { savedViewsQuery } from '@/features/conversations/api';
import { viewCountQuery } from '@/features/conversations/views';

/** Each count is a search; whoever keeps more views than this looks into the others. */
const COUNTED_VIEWS = 20;

interface Entry {
  id: string;
  name: string;
  icon: ReactNode;
  count: number | undefined;
}

interface SavedViewsProps {
  accountId: string;
  children: (entries: Entry[]) => ReactNode;
}

/** One's own views and those of everybody, with how many conversations each holds. */
export default function SavedViews({ accountId, children }: SavedViewsProps) {
  const { data: saved = [] } = useQuery(savedViewsQuery(accountId));
  const counts = useQueries({
    queries: saved.slice(0, COUNTED_VIEWS).map((each) => viewCountQuery(accountId, each)),
  });
  if (saved.length === 0) return null;
  return children(
    saved.map(({ id, name, user_id }, index) => {
      const Icon = user_id ? Bookmark : Share2;
      return {
        id,
        name,
        icon: <Icon aria-hidden="true" size={16} />,
        count: counts[index]?.data,
      };
    }),
  );
}
