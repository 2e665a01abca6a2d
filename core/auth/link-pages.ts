// The pages behind invitation and reset links: choose a password, without the console and without script.
import * as routes from '@rapport/sdk/routes';
import type { Context } from 'koa';
import { LinkInvalid } from '../errors.ts';
import { type Reply, type Served, serve } from '../http/serve.ts';
import type { Log } from '../log.ts';
import type { Accounts } from './accounts.ts';
import type { SessionCookie } from './cookie.ts';
import { Refusal, readForm, toRefusal } from './forms.ts';
import { escapeHtml, htmlPage, languageOf } from './page.ts';
import { refusalPage } from './refusal-page.ts';
import { pageWords } from './words.ts';

type Choose = (token: string, password: string) => Promise<void>;

export const linkRoutes = (deps: { accounts: Accounts; cookie: SessionCookie; log: Log }): Served[] => {
  const { accounts, cookie, log } = deps;
  const answer = async (ctx: Context, path: string, choose: Choose): Promise<Reply<string>> => {
    try {
      const { token = '', password = '' } = await readForm(ctx);
      if (!cookie.isOwnOrigin(ctx)) throw new Refusal('invalid_request', 'The form was sent from elsewhere.', 403);
      if (password.length < 12 || password.length > 1000) return choosePage(ctx, path, token, 'tooShort');
      await choose(token, password);
      return donePage(ctx);
    } catch (error) {
      if (error instanceof LinkInvalid) return invalidPage(ctx);
      return refusalPage(ctx, toRefusal(error, ctx, log));
    }
  };
  const { invitationPage, invitationForm, passwordResetPage, passwordResetForm } = routes;
  return [
    serve(invitationPage, ({ ctx, query }) => choosePage(ctx, '/invitation', query.token ?? '')),
    serve(invitationForm, ({ ctx }) => answer(ctx, '/invitation', accounts.acceptInvitation)),
    serve(passwordResetPage, ({ ctx, query }) => choosePage(ctx, '/password-reset', query.token ?? '')),
    serve(passwordResetForm, ({ ctx }) => answer(ctx, '/password-reset', accounts.confirmReset)),
  ];
};

const choosePage = (ctx: Context, path: string, token: string, problem?: 'tooShort'): Reply<string> => {
  const w = pageWords[languageOf(ctx)];
  const body = `<h1>${w.choose}</h1>
${problem ? `<p class="bad" role="alert">${w[problem]}</p>` : ''}
<form method="post" action="${path}">
<input type="hidden" name="token" value="${escapeHtml(token)}">
<label for="password">${w.newPassword}</label>
<input id="password" name="password" type="password" autocomplete="new-password" minlength="12" maxlength="1000" required>
<div class="actions"><button class="main" type="submit">${w.save}</button></div>
</form>`;
  return htmlPage(ctx, { title: w.choose!, body, status: problem ? 400 : 200 });
};

const donePage = (ctx: Context): Reply<string> => {
  const w = pageWords[languageOf(ctx)];
  const body = `<h1>${w.saved}</h1>\n<p><a href="/login">${w.toSignIn}</a></p>`;
  return htmlPage(ctx, { title: w.saved!, body, status: 200 });
};

const invalidPage = (ctx: Context): Reply<string> => {
  const w = pageWords[languageOf(ctx)];
  return htmlPage(ctx, { title: w.choose!, body: `<h1>${w.choose}</h1>\n<p>${w.linkInvalid}</p>`, status: 410 });
};
