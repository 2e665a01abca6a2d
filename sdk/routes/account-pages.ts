// Pages behind the links of invitations and password resets; they work without the console and without script.
import { Type } from 'typebox';
import { defineRoute } from '../contract.ts';

const TokenQuery = Type.Object(
  { token: Type.Optional(Type.String({ maxLength: 200 })) },
  { additionalProperties: true },
);
const Form = Type.Object({}, { additionalProperties: true, description: 'application/x-www-form-urlencoded' });

const page = <const P extends string>(path: P, summary: string) =>
  defineRoute({
    method: 'GET',
    path,
    root: true,
    scope: 'public',
    tag: 'access',
    summary,
    query: TokenQuery,
    replyType: 'text/html; charset=utf-8',
  });
const answer = <const P extends string>(path: P, summary: string) =>
  defineRoute({
    method: 'POST',
    path,
    root: true,
    scope: 'public',
    cost: 10,
    tag: 'access',
    summary,
    query: TokenQuery,
    body: Form,
    rawBody: true,
    replyType: 'text/html; charset=utf-8',
  });

export const invitationPage = page('/invitation', 'The page of an invitation link');
export const invitationForm = answer('/invitation', 'The password chosen with an invitation');
export const passwordResetPage = page('/password-reset', 'The page of a reset link');
export const passwordResetForm = answer('/password-reset', 'The password chosen with a reset link');
