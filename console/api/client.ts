// The console's own client of the public API and its cache. The CSRF token comes from `GET /me`, which the cache holds.
import { ApiError, createClient } from '@rapport/sdk/client';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';

export { ApiError } from '@rapport/sdk/client';

/**
 * The session ended elsewhere, or ran out: back to signing in, and from there to the same page. Once: of several answers that say
 * so, a second would break off the way that the first began.
 */
const createLeaving = () => {
  let leaving = false;
  return (error: unknown): void => {
    if (leaving || !(error instanceof ApiError) || error.status !== 401 || location.pathname === '/login') return;
    leaving = true;
    // Who stays because of unsaved changes is led there by a later answer.
    setTimeout(() => {
      leaving = false;
    }, 2000);
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  };
};
const onSignedOut = createLeaving();

/** Old rows stay on the page while new ones load; only a passing failure is tried again. */
export const queries = new QueryClient({
  // Who is signed in is asked by the router, which leads to the sign-in page itself.
  queryCache: new QueryCache({ onError: (error, query) => query.queryKey[0] !== 'me' && onSignedOut(error) }),
  mutationCache: new MutationCache({ onError: onSignedOut }),
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
