// The console's own client of the public API and its cache. The CSRF token comes from `GET /me`, which the cache holds.
import { ApiError, createClient } from '@rapport/sdk/client';
import { QueryClient } from '@tanstack/react-query';

export { ApiError } from '@rapport/sdk/client';

/** Old rows stay on the page while new ones load; only a passing failure is tried again. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: 'always',
      retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status !== 503),
    },
  },
});

export const { call, request } = createClient({
  csrf: () => queries.getQueryData<{ csrfToken?: string }>(['me'])?.csrfToken,
});
