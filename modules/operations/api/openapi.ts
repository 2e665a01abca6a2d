// OpenAPI 3.1 from the route contracts: nothing here is written by hand.

import type { AnyRoute } from '@rapport/sdk';
import { Problem } from '@rapport/sdk/schemas';
import type { TObject } from 'typebox';
import { pathOf } from '../../../core/index.ts';

/**
 * An OpenAPI document as plain JSON; every schema stands where it is used, only `Problem` is shared.
 * `x-scope` says which scope a caller needs.
 */
export const describeApi = (routes: readonly AnyRoute[], version: string): Record<string, unknown> => {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = pathOf(route).replace(/[:*](\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rapport',
      version,
      description: 'An open customer-relationship platform.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map((route) => route.tag))].sort().map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-rapport' },
      },
      schemas: { Problem },
    },
  };
};

const operation = (route: AnyRoute): Record<string, unknown> => ({
  operationId: `${route.method.toLowerCase()}${pathOf(route).replace(/[^A-Za-z0-9]+(\w)/g, (_, c: string) => c.toUpperCase())}`,
  summary: route.summary,
  tags: [route.tag],
  'x-scope': route.scope,
  security: route.scope === 'public' ? [] : [{ bearer: [] }, { session: [] }],
  parameters: [
    ...parameters(route.params, 'path'),
    ...parameters(route.query, 'query'),
    ...(route.idempotent ? [idempotencyKey] : []),
  ],
  ...(route.body && { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } }),
  responses: {
    [route.status ?? 200]: {
      description: 'Done',
      ...(route.replyType
        ? { content: { [route.replyType.split(';')[0]!]: {} } }
        : route.reply && { content: { 'application/json': { schema: route.reply } } }),
    },
    default: {
      description: 'A problem',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  },
});

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key with the same request gets the first reply again for 24 hours, and nothing is done twice.',
  schema: { type: 'string', maxLength: 255 },
};

const parameters = (schema: TObject | undefined, place: 'path' | 'query'): unknown[] =>
  Object.entries(schema?.properties ?? {}).map(([name, value]) => ({
    name,
    in: place,
    required: place === 'path' || ((schema?.required ?? []) as string[]).includes(name),
    schema: value,
  }));
