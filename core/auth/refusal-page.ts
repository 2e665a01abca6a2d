// The page that says why a sign-in, a link or a consent could not go on.
import type { Context } from 'koa';
import type { Reply } from '../http/serve.ts';
import { escapeHtml, htmlPage, languageOf } from './page.ts';
import { pageWords } from './words.ts';

export const refusalPage = (
  ctx: Context,
  refusal: { error: string; message: string; status: number },
): Reply<string> => {
  const w = pageWords[languageOf(ctx)];
  const body = `<h1>${w.refused}</h1>
<p>${w.refusedHint}</p>
<p class="quiet"><code>${escapeHtml(refusal.error)}</code>: ${escapeHtml(refusal.message)}</p>`;
  return htmlPage(ctx, { title: w.refused!, body, status: refusal.status });
};
