import { QueryClient } from '@tanstack/react-query';
import { toApiError } from './api-error';

/** Live updates keep the cache fresh, so nothing is asked again merely because time passed. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      gcTime: 10 * 60_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => toApiError(error).isRetryable && count < 3,
    },
    mutations: { networkMode: 'always' },
  },
});
