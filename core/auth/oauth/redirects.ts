// Redirect addresses: what may be registered, and when a request matches. Exact text; only the port of a loopback address
// may differ (RFC 8252 section 7.3), because a desktop app takes whatever port is free.

/** Why an address may not be registered; undefined when it may. */
export const problemOfRedirect = (text: string): string | undefined => {
  if (!URL.canParse(text) || /[\s\\*]/.test(text)) return 'It is not an absolute URL.';
  const url = new URL(text);
  if (text.includes('#')) return 'It may not have a fragment.';
  if (url.username || url.password) return 'It may not hold credentials.';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol === 'http:') return isLoopback(url) ? undefined : 'Plain http is for loopback addresses only.';
  // Private-use schemes of native apps are reversed domain names: com.example.app:/callback
  return /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(url.protocol)
    ? undefined
    : 'Use https, a loopback http address, or a scheme that is a reversed domain name.';
};

export const matchesRedirect = (given: string, registered: readonly string[]): boolean =>
  registered.some((known) => given === known || (loopback.test(known) && portless(given) === portless(known)));

/** Adds to whatever query the address has; a registered query stays as it is. */
export const withQuery = (address: string, members: Record<string, string | undefined>): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(members)) if (value !== undefined) query.set(name, value);
  const glue = !address.includes('?') ? '?' : /[?&]$/.test(address) ? '' : '&';
  return `${address}${glue}${query}`;
};

const isLoopback = (url: URL): boolean => ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);

// Literals only: the name localhost may lead elsewhere, so its port counts. Text is compared, never a parsed address.
const loopback = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::\d{1,5})?(?=[/?]|$)/;
const portless = (text: string): string => text.replace(loopback, '$1');
