// The pages of the authorization flow: sign-in, consent, refusal. Plain HTML from the server, no script, never in a frame.
import { createHash } from 'node:crypto';
import type { Scope } from '@rapport/sdk';
import type { Context } from 'koa';
import { Reply } from '../../http/serve.ts';
import { noStore } from './forms.ts';
import { type PageLanguage, pageLanguages, pageWords, scopeInWords } from './words.ts';

const style = `
:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--ground:#f3f4f6;--line:#8a919b;--quiet:#4b5563;--accent:#1d4ed8;--on:#fff;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--paper:#1c1f24;--ground:#111317;--line:#7d8590;--quiet:#a9b1bb;--accent:#8ab4ff;--on:#10131a;--bad:#ffb4ab}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:16px;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{width:100%;max-width:440px;padding:28px;border-radius:12px;background:var(--paper);box-shadow:0 1px 4px #0003}
h1{margin:0 0 12px;font-size:22px;line-height:1.3}
p{margin:0 0 12px}ul{margin:0 0 16px;padding-left:22px}
.quiet{color:var(--quiet);font-size:14px;overflow-wrap:anywhere}
label{display:block;margin:12px 0 4px;font-weight:600}
input{width:100%;min-height:44px;padding:8px 12px;border:1px solid var(--line);border-radius:8px;background:var(--paper);color:var(--ink);font:inherit}
.actions{display:flex;flex-wrap:wrap;gap:12px;margin-top:20px}
button{flex:1 1 140px;min-height:44px;padding:8px 16px;border:1px solid var(--line);border-radius:8px;background:none;color:var(--ink);font:inherit;font-weight:600;cursor:pointer}
button.main{border-color:var(--accent);background:var(--accent);color:var(--on)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.bad{color:var(--bad);font-weight:600}
`;

const styleHash = createHash('sha256').update(style).digest('base64');

export const languageOf = (ctx: Context): PageLanguage =>
  (ctx.acceptsLanguages(...pageLanguages) || 'en') as PageLanguage;

export const signInPage = (
  ctx: Context,
  given: {
    query: string;
    email?: string;
    problem?: 'wrong' | 'totpRequired' | 'wait';
    status?: number;
    retry?: string;
  },
): Reply<string> => {
  const w = pageWords[languageOf(ctx)];
  const email = escapeHtml(given.email ?? '');
  const body = `<h1>${w.signIn}</h1>
<p class="quiet">${w.signInFor}</p>
${given.problem ? `<p class="bad" role="alert">${w[given.problem]}</p>` : ''}
<form method="post" action="/oauth/sign-in">
<input type="hidden" name="request" value="${escapeHtml(given.query)}">
<label for="email">${w.email}</label>
<input id="email" name="email" type="text" inputmode="email" autocomplete="username" required value="${email}">
<label for="password">${w.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<label for="totp">${w.totp}</label>
<input id="totp" name="totp" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}">
<div class="actions"><button class="main" type="submit">${w.signIn}</button></div>
</form>`;
  const headers: Record<string, string> = given.retry === undefined ? {} : { 'Retry-After': given.retry };
  return html(ctx, { title: w.signIn!, body, status: given.status ?? 200, headers });
};

export const consentPage = (
  ctx: Context,
  given: {
    query: string;
    csrf: string;
    client: string;
    scopes: readonly Scope[];
    narrowed: boolean;
    account: string;
    redirectUri: string;
    stale?: boolean;
  },
): Reply<string> => {
  const language = languageOf(ctx);
  const w = pageWords[language];
  const items = given.scopes.map((scope) => `<li>${escapeHtml(scopeInWords(scope, language))}</li>`).join('\n');
  const body = `<h1>${w.consent}</h1>
${given.stale ? `<p class="bad" role="alert">${w.stale}</p>` : ''}
<p><strong>${escapeHtml(given.client)}</strong> ${w.asks}</p>
<ul>
${items}
</ul>
${given.narrowed ? `<p class="quiet">${w.less}</p>` : ''}
<p class="quiet">${w.signedInAs} ${escapeHtml(given.account)}<br>${w.returnsTo} ${escapeHtml(placeOf(given.redirectUri))}</p>
<form method="post" action="/oauth/authorize">
<input type="hidden" name="request" value="${escapeHtml(given.query)}">
<input type="hidden" name="csrf" value="${escapeHtml(given.csrf)}">
<div class="actions">
<button type="submit" name="decision" value="deny">${w.deny}</button>
<button class="main" type="submit" name="decision" value="allow">${w.allow}</button>
</div>
</form>`;
  const status = given.stale ? 403 : 200;
  // The answer to the form is a redirect to the app, which browsers hold against form-action too.
  return html(ctx, { title: w.consent!, body, formAction: formActionOf(given.redirectUri), status });
};

export const refusalPage = (
  ctx: Context,
  refusal: { error: string; message: string; status: number },
): Reply<string> => {
  const w = pageWords[languageOf(ctx)];
  const body = `<h1>${w.refused}</h1>
<p>${w.refusedHint}</p>
<p class="quiet"><code>${escapeHtml(refusal.error)}</code>: ${escapeHtml(refusal.message)}</p>`;
  return html(ctx, { title: w.refused!, body, status: refusal.status });
};

const html = (
  ctx: Context,
  page: { title: string; body: string; status: number; formAction?: string; headers?: Record<string, string> },
): Reply<string> =>
  new Reply(
    `<!doctype html>
<html lang="${languageOf(ctx)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${page.title} · Rapport</title>
<style>${style}</style>
</head>
<body>
<main>
${page.body}
</main>
</body>
</html>
`,
    {
      status: page.status,
      headers: {
        ...noStore,
        ...page.headers,
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'${page.formAction ?? ''}; base-uri 'none'; frame-ancestors 'none'`,
        Vary: 'Accept-Language, Cookie',
      },
    },
  );

const placeOf = (address: string): string => {
  const url = new URL(address);
  return url.origin === 'null' ? url.protocol : url.origin;
};

const formActionOf = (address: string): string => {
  const place = placeOf(address);
  // CSP has no way to write an IPv6 address.
  return ` ${place.includes('[') ? 'http:' : place}`;
};

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character]!);
