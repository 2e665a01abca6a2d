// Every route of the contract is called by a test that knows what it should answer. That each also refuses — nobody, a wrong scope, a wrong
// body — is swept over all of them in tests/api/authorization.test.ts and tests/api/bad-input.test.ts; those sweeps do not count here.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { AnyRoute } from '@rapport/sdk';
import * as contract from '@rapport/sdk/routes';
import { expect, test } from 'vitest';

const sweeps =
  /^tests\/(routes|names)\.test\.ts$|^tests\/api\/(authorization|bad-input)|^tests\/support\/(bad-input|examples)/;
const tests = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.test.ts', '*.test.tsx', 'tests/*.ts'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path && !sweeps.test(path))
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

const routes = Object.entries(contract as Record<string, unknown>).filter((entry): entry is [string, AnyRoute] =>
  Boolean((entry[1] as Partial<AnyRoute> | undefined)?.method),
);

/**
 * A call as tests write it: `.post('/alerts/x/activate'`, `('POST', '/alerts/…')`, `fetch(`${url}/api/v1/…`)`, or the contract's name in a
 * call of the typed client. A parameter stands for one segment of any text; fixed segments are never taken for a parameter's value.
 */
const callsOf = ([name, { method, path }]: readonly [string, AnyRoute]): RegExp => {
  const segments = path.split('/').slice(1);
  const siblings = routes
    .map(([, other]) => other)
    .filter((other) => other.method === method && other.path !== path)
    .map((other) => other.path.split('/').slice(1));
  const pattern = segments
    .map((segment, at) => {
      if (!segment.startsWith(':')) return `/${RegExp.escape(segment)}`;
      const fixed = siblings
        .filter(
          (other) => other.length === segments.length && other.slice(0, at).join() === segments.slice(0, at).join(),
        )
        .map((other) => other[at]!)
        .filter((other) => !other.startsWith(':'));
      const not = fixed.length > 0 ? `(?!(?:${fixed.map(RegExp.escape).join('|')})['"\`?/])` : '';
      return `/${not}(?:[^'"\`/?$]|\\$\\{[^}]*\\})+`;
    })
    .join('');
  const quoted = `['"\`](?:\\$\\{\\w+(?:\\.\\w+)?\\})?(?:/api/v1)?${pattern}['"\`?]`;
  const verb = method.toLowerCase();
  return new RegExp(
    `\\b${verb}\\(\\s*${quoted}|['"]${method}['"],\\s*${quoted}${method === 'GET' ? `|fetch\\(\\s*${quoted}` : `|fetch\\(\\s*${quoted},\\s*\\{[^}]*method: ['"]${method}`}|\\b(?:call|request)\\(\\s*(?:\\w+\\.)?${name}\\b`,
  );
};

test('a call is recognised however it is written, and not taken for a neighbour', () => {
  const find = (name: string) => callsOf(routes.find(([other]) => other === name)!);
  expect('owner.post(`/alerts/${key}/activate`, {})').toMatch(find('activateAlert'));
  expect('send("DELETE", `/webhooks/${hook.body.id}`)').toMatch(find('deleteWebhook'));
  expect('client.call(getCustomer, { params })').toMatch(find('getCustomer'));
  expect("owner.get('/segments/vips?x=1')").toMatch(find('getSegment'));
  expect("owner.get('/segments/templates')").not.toMatch(find('getSegment'));
  expect("owner.get('/customers')").not.toMatch(find('getCustomer'));
  expect("owner.patch('/customers/1')").not.toMatch(find('getCustomer'));
});

test('every route is called by a test', () => {
  expect(routes.length).toBeGreaterThan(150);
  const uncalled = routes.filter((route) => {
    const call = callsOf(route);
    return !tests.some(({ text }) => call.test(text));
  });
  expect(uncalled.map(([name, { method, path }]) => `${name}: ${method} ${path}`)).toEqual([]);
});
