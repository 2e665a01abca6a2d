// The pages of the authorization flow: sign-in, consent, refusal.
import { type Scope, scopeInWords } from '@rapport/sdk';
import type { Context } from 'koa';
import type { Reply } from '../../http/serve.ts';
import { escapeHtml, htmlPage, languageOf } from '../page.ts';
import { pageWords } from '../words.ts';

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
  return htmlPage(ctx, { title: w.signIn!, body, status: given.status ?? 200, headers });
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
  return htmlPage(ctx, { title: w.consent!, body, formAction: formActionOf(given.redirectUri), status });
};

const placeOf = (address: string): string => {
  const url = new URL(address);
  return url.origin === 'null' ? url.protocol : url.origin;
};

const formActionOf = (address: string): string => {
  const place = placeOf(address);
  // CSP has no way to write an IPv6 address.
  return ` ${place.includes('[') ? 'http:' : place}`;
};
