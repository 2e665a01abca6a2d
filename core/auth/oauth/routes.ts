// The OAuth endpoints over HTTP, and the metadata that tells clients where they are (RFC 8414).
import { grantableScopes } from '@rapport/sdk';
import * as routes from '@rapport/sdk/routes';
import { clientGrants } from '@rapport/sdk/schemas';
import { type Served, serve } from '../../http/serve.ts';
import { answerOAuth } from '../forms.ts';
import { pageLanguages } from '../words.ts';
import { type AuthorizeDeps, createAuthorizeEndpoint } from './authorize-endpoint.ts';
import { createTokenEndpoint } from './token-endpoint.ts';

export const oauthRoutes = (deps: AuthorizeDeps): Served[] => {
  const { log } = deps.platform;
  const authorize = createAuthorizeEndpoint(deps);
  const tokens = createTokenEndpoint(deps);
  return [
    serve(routes.getOAuthMetadata, ({ ctx }) => {
      ctx.set('Access-Control-Allow-Origin', '*');
      return describeServer(deps.cookie.publicUrl(ctx));
    }),
    serve(routes.authorizePage, ({ ctx }) => authorize.page(ctx)),
    serve(routes.authorizeSignIn, ({ ctx }) => authorize.signIn(ctx)),
    serve(routes.authorizeDecision, ({ ctx }) => authorize.decide(ctx)),
    serve(routes.issueToken, ({ ctx }) => answerOAuth(ctx, log, () => tokens.issue(ctx))),
    serve(routes.revokeToken, ({ ctx }) => answerOAuth(ctx, log, () => tokens.revoke(ctx))),
    serve(routes.introspectToken, ({ ctx }) => answerOAuth(ctx, log, () => tokens.introspect(ctx))),
  ];
};

const describeServer = (issuer: string): Record<string, unknown> => ({
  issuer,
  authorization_endpoint: `${issuer}/oauth/authorize`,
  token_endpoint: `${issuer}/oauth/token`,
  revocation_endpoint: `${issuer}/oauth/revoke`,
  introspection_endpoint: `${issuer}/oauth/introspect`,
  response_types_supported: ['code'],
  response_modes_supported: ['query'],
  grant_types_supported: clientGrants,
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
  revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
  introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  authorization_response_iss_parameter_supported: true,
  scopes_supported: grantableScopes,
  ui_locales_supported: pageLanguages,
  service_documentation: `${issuer}/api/docs`,
});
