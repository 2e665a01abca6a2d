// Who is signed in and what they may see. The server decides every access; this only hides what would be refused.
import type { Scope } from '@rapport/sdk';
import { getMe, logout } from '@rapport/sdk/routes';
import type { Me } from '@rapport/sdk/schemas';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { ApiError, call, queries } from './client.ts';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }): Promise<Me> => call(getMe, { signal }),
  staleTime: 60_000,
});

/** Undefined when nobody is signed in; throws when the server cannot be asked. */
export const findMe = async (): Promise<Me | undefined> => {
  try {
    return await queries.ensureQueryData(meQuery);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return undefined;
    throw error;
  }
};

/** For pages inside the frame, which is only shown to somebody signed in. */
export const useMe = (): Me => {
  const { data } = useQuery(meQuery);
  if (!data) throw new Error('Nobody is signed in.');
  return data;
};

export const useMay = (): ((scope: Scope) => boolean) => {
  const { scopes } = useMe();
  return (scope) => scopes.includes(scope);
};

export const signIn = (me: Me): void => {
  queries.clear();
  queries.setQueryData(meQuery.queryKey, me);
};

export const signOut = async (): Promise<void> => {
  await call(logout, {});
  queries.clear();
};
