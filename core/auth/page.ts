// The frame of the few pages the server draws itself: sign-in, consent, choosing a password. No script, never in a frame.
import { createHash } from 'node:crypto';
import type { Context } from 'koa';
import { Reply } from '../http/serve.ts';
import { noStore } from './forms.ts';
import { type PageLanguage, pageLanguages } from './words.ts';

export const htmlPage = (
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

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character]!);

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
a{color:var(--accent)}
.bad{color:var(--bad);font-weight:600}
`;

const styleHash = createHash('sha256').update(style).digest('base64');

export const languageOf = (ctx: Context): PageLanguage =>
  (ctx.acceptsLanguages(...pageLanguages) || 'en') as PageLanguage;
