// The API reference as one static page, generated from the contracts. No script, so the strict CSP holds.

import type { AnyRoute } from '@rapport/sdk';
import { pathOf } from '../../../core/index.ts';

/** HTML in one piece, with no request of its own; every text of a contract is escaped. */
export const referencePage = (routes: readonly AnyRoute[], version: string): string => {
  const tags = [...new Set(routes.map((route) => route.tag))].sort();
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rapport API ${escapeHtml(version)}</title><style>${style}</style></head><body>
<nav aria-label="Areas"><h1>Rapport API</h1><p>Version ${escapeHtml(version)} · <a href="/api/openapi.json">OpenAPI 3.1</a></p><ul>
${tags.map((tag) => `<li><a href="#${escapeHtml(tag)}">${escapeHtml(tag)}</a></li>`).join('')}</ul></nav>
<main>${tags
    .map((tag) =>
      section(
        tag,
        routes.filter((route) => route.tag === tag),
      ),
    )
    .join('')}</main></body></html>`;
};

const section = (tag: string, routes: readonly AnyRoute[]): string =>
  `<section><h2 id="${escapeHtml(tag)}">${escapeHtml(tag)}</h2>${routes.map(entry).join('')}</section>`;

const entry = (
  route: AnyRoute,
): string => `<details><summary><b class="${route.method}">${route.method}</b> <code>${escapeHtml(pathOf(route))}</code> <span>${escapeHtml(route.summary)}</span></summary>
<p>Access: <code>${escapeHtml(route.scope)}</code>${route.idempotent ? ' · takes <code>Idempotency-Key</code>' : ''}</p>
${schema('Path', route.params)}${schema('Query', route.query)}${schema('Body', route.body)}${schema('Reply', route.reply)}</details>`;

const schema = (title: string, value: unknown): string =>
  value === undefined ? '' : `<h3>${title}</h3><pre tabindex="0">${escapeHtml(JSON.stringify(value, null, 2))}</pre>`;

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);

const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{margin:0;display:flex;flex-wrap:wrap}nav{padding:1rem 1.5rem;flex:0 0 13rem}nav h1{font-size:1.2rem}nav ul{list-style:none;padding:0}
main{flex:1 1 30rem;min-width:0;padding:1rem 1.5rem;max-width:60rem}details{border:1px solid #8886;border-radius:6px;margin:.4rem 0;padding:.4rem .8rem}summary{cursor:pointer;overflow-wrap:anywhere}summary span{opacity:.8}
pre{overflow:auto;max-height:24rem;background:#8881;padding:.6rem;border-radius:4px;font-size:.8rem}h3{font-size:.9rem;margin:.6rem 0 .2rem}b{display:inline-block;min-width:4rem}`;
