// The demo speaks to its server as anybody does: over HTTP, signed in, with the typed client.
import { createClient } from '@rapport/sdk/client';
import { getMe, login } from '@rapport/sdk/routes';

export type Api = ReturnType<typeof createClient>;

export const signIn = async (url: string, account: { email: string; password: string }): Promise<Api> => {
  let cookie = '';
  let csrfToken: string | undefined;
  const api = createClient({
    baseUrl: url,
    csrf: () => csrfToken,
    fetch: async (input, init) => {
      const reply = await fetch(input, {
        ...init,
        headers: { ...(init.headers as Record<string, string>), ...(cookie && { cookie }) },
      });
      const set = reply.headers.getSetCookie();
      if (set.length > 0) cookie = set.map((line) => line.split(';')[0]).join('; ');
      return reply;
    },
  });
  await api.call(login, { body: account });
  csrfToken = (await api.call(getMe, {})).csrfToken ?? undefined;
  return api;
};
