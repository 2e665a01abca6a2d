import type { AnyRoute } from '@rapport/sdk';
import * as contracts from '@rapport/sdk/routes';
import { expect, test } from 'vitest';
import { Failure } from '../errors.ts';
import { createValidator } from './validate.ts';

const routes = (Object.values(contracts).flat() as unknown[]).filter(
  (value): value is AnyRoute => typeof value === 'object' && value !== null && 'method' in value && 'path' in value,
);

test('every contract has schemas that compile', () => {
  const validator = createValidator();
  expect(routes.length).toBeGreaterThan(100);
  const broken = routes.flatMap(({ method, path, params, query, body, reply }) =>
    [params, query, body, reply]
      .filter((schema) => schema !== undefined)
      .flatMap((schema) => {
        try {
          validator.body(schema as never)({}, '');
          validator.text(schema as never)({}, '');
        } catch (error) {
          // A value that does not fit is refused; anything else is a schema that does not compile.
          if (!(error instanceof Failure)) return [`${method} ${path}: ${(error as Error).message}`];
        }
        return [];
      }),
  );
  expect(broken).toEqual([]);
});

test('a schema that does not compile is seen at its first use', () => {
  const check = createValidator().body({ type: 'nonsense' } as never);
  expect(() => check({}, '')).toThrow('schema is invalid');
});
