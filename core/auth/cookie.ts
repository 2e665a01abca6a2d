// The session cookie and the address browsers know us by. `__Host-` and Secure wherever there is https or production.
import type { Context } from 'koa';
import type { Config } from '../config.ts';

export const createSessionCookie = (config: Pick<Config, 'baseUrl' | 'production'>) => {
  const secure = config.production || config.baseUrl.startsWith('https:');
  const name = secure ? '__Host-rapport' : 'rapport';
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  // Port 0 is a free port, known only once we listen; the request says which.
  const publicUrl = (ctx: Context): string => (config.baseUrl.endsWith(':0') ? `http://${ctx.host}` : config.baseUrl);
  return {
    name,
    publicUrl,
    read: (ctx: Context): string | undefined => ctx.cookies.get(name, { signed: false }),
    // Written by hand: Koa refuses Secure cookies behind a proxy that ends TLS.
    write: (ctx: Context, secret: string): void => ctx.append('Set-Cookie', `${name}=${secret}; ${attributes}`),
    clear: (ctx: Context): void => ctx.append('Set-Cookie', `${name}=; ${attributes}; Max-Age=0`),
    /** True for our own pages, and for callers that are no browser: those send neither header. */
    isOwnOrigin: (ctx: Context): boolean => {
      const origin = ctx.get('origin');
      if (origin === '') return ['', 'same-origin', 'none'].includes(ctx.get('sec-fetch-site'));
      if (origin === new URL(publicUrl(ctx)).origin) return true;
      // In development one machine has several names; the cookie belongs to the name anyway.
      return !config.production && origin === `http://${ctx.host}`;
    },
  };
};

export type SessionCookie = ReturnType<typeof createSessionCookie>;
