// Which address a plugin may call with which method: the hosts of its manifest, literal, by subdomain, or named by a setting.
import type { Installed } from './store.ts';

export const grantedHost = (plugin: Pick<Installed, 'manifest' | 'settings'>, url: URL, method: string): boolean =>
  (plugin.manifest.hosts ?? []).some(
    (host) => (host.methods as string[]).includes(method) && originFits(host.origin, url, plugin.settings),
  );

const originFits = (origin: string, url: URL, settings: Record<string, unknown>): boolean => {
  const setting = /^setting:(.+)$/.exec(origin)?.[1];
  if (setting) {
    const given = settings[setting];
    return typeof given === 'string' && URL.parse(given)?.origin === url.origin;
  }
  const wild = /^(https?:)\/\/\*\.([^:]+)(?::(\d+))?$/.exec(origin);
  if (!wild) return URL.parse(origin)?.origin === url.origin;
  const [, protocol, domain, port = ''] = wild;
  return url.protocol === protocol && url.port === port && url.hostname.endsWith(`.${domain}`);
};
