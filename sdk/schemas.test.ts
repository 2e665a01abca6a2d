// The contract as values: what its schemas accept and what close to it they refuse, with the place; every route by itself; the OpenAPI
// document by walking it.
import { describe, expect, test } from 'vitest';
import { createValidator } from '../core/index.ts';
import { describeApi } from '../modules/operations/index.ts';
import { exampleOf } from '../tests/support/examples.ts';
import { type AnyRoute, grantableScopes, isScope } from './index.ts';
import * as contract from './routes/index.ts';
import * as schemas from './schemas/index.ts';

const routes = Object.entries(contract as Record<string, unknown>).filter((entry): entry is [string, AnyRoute] =>
  Boolean((entry[1] as Partial<AnyRoute> | undefined)?.method),
);
const validator = createValidator();
const fits = 'fits';
/** Where the first fault is: a JSON pointer, empty for the whole. */
const faultIn = (schema: Parameters<typeof validator.body>[0], value: unknown): string => {
  try {
    validator.body(schema)(structuredClone(value), '');
    return fits;
  } catch (error) {
    return (error as { pointer: string }).pointer;
  }
};

const event = { type: 'page.viewed', customer: { email: 'ada@example.com' } };
const line = { sku: 'TEA', quantity: 1, unitPrice: 450 };
const order = { customer: { id: 'c1' }, currency: 'EUR', lines: [line] };
const content = { subject: 'Hi', text: 'Hi' };
const template = { key: 'hello', channel: 'email', title: 'Hello', defaultLanguage: 'en', contents: { en: content } };
const hook = { url: 'https://shop.example/hook', topics: ['order.paid'] };
const message = { channel: 'email', purpose: 'service', customerId: 'c1', content };

describe('a request fits, and what is one step beside it is refused where it stands', () => {
  test.each<[string, Parameters<typeof faultIn>[0], unknown, string]>([
    ['an event', schemas.NewEvent, event, fits],
    ['a type of 100 characters', schemas.NewEvent, { ...event, type: `a${'b'.repeat(99)}` }, fits],
    ['a type of 101', schemas.NewEvent, { ...event, type: `a${'b'.repeat(100)}` }, '/type'],
    ['a type that begins with a digit', schemas.NewEvent, { ...event, type: '1st.visit' }, '/type'],
    ['a type in Chinese', schemas.NewEvent, { ...event, type: '浏览' }, '/type'],
    ['a customer who is nobody', schemas.NewEvent, { ...event, customer: {} }, '/customer'],
    ['a customer by a name', schemas.NewEvent, { ...event, customer: { name: 'Ada' } }, '/customer/name'],
    ['a time without a zone', schemas.NewEvent, { ...event, occurredAt: '2026-01-01T10:00:00' }, '/occurredAt'],
    ['the 30th of February', schemas.NewEvent, { ...event, occurredAt: '2026-02-30T10:00:00Z' }, '/occurredAt'],
    ['properties as a list', schemas.NewEvent, { ...event, properties: [] }, '/properties'],
    ['an order', schemas.NewOrder, order, fits],
    ['no lines', schemas.NewOrder, { ...order, lines: [] }, '/lines'],
    ['half a cup', schemas.NewOrder, { ...order, lines: [{ ...line, quantity: 0.5 }] }, '/lines/0/quantity'],
    ['money in euros', schemas.NewOrder, { ...order, lines: [{ ...line, unitPrice: 4.5 }] }, '/lines/0/unitPrice'],
    ['money as text', schemas.NewOrder, { ...order, lines: [{ ...line, unitPrice: '450' }] }, '/lines/0/unitPrice'],
    ['a negative discount', schemas.NewOrder, { ...order, discount: -1 }, '/discount'],
    ['a currency in small letters', schemas.NewOrder, { ...order, currency: 'eur' }, '/currency'],
    ['a status that is none', schemas.NewOrder, { ...order, status: 'sent' }, '/status'],
    ['a template', schemas.NewTemplate, template, fits],
    ['a template in no language', schemas.NewTemplate, { ...template, contents: {} }, '/contents'],
    ['a key in capitals', schemas.NewTemplate, { ...template, key: 'Hello' }, '/key'],
    ['a channel with a dot', schemas.NewTemplate, { ...template, channel: 'e.mail' }, '/channel'],
    ['a subject of 999 characters', schemas.MessageContent, { subject: 'x'.repeat(999), text: '' }, '/subject'],
    ['a message', schemas.NewMessage, message, fits],
    ['a purpose that is none', schemas.NewMessage, { ...message, purpose: 'news' }, '/purpose'],
    ['a send key that is empty', schemas.NewMessage, { ...message, sendKey: '' }, '/sendKey'],
    ['a webhook', schemas.NewWebhook, hook, fits],
    ['a topic twice', schemas.NewWebhook, { ...hook, topics: ['order.paid', 'order.paid'] }, '/topics'],
    ['a topic that is none', schemas.NewWebhook, { ...hook, topics: ['order.sold'] }, '/topics/0'],
    ['an address of another scheme', schemas.NewWebhook, { ...hook, url: 'ftp://shop.example' }, '/url'],
    ['a webhook switched to gone by hand', schemas.WebhookChange, { status: 'gone' }, '/status'],
    ['a birthday', schemas.NewCustomer, { birthday: '2000-02-29' }, fits],
    ['a birthday that never was', schemas.NewCustomer, { birthday: '1900-02-29' }, '/birthday'],
    ['a tag with a space around it', schemas.NewCustomer, { tags: [' vip'] }, '/tags/0'],
    ['a tag of one emoji', schemas.NewCustomer, { tags: ['👑'] }, fits],
    [
      'a consent that is maybe',
      schemas.ConsentChange,
      { channel: 'email', purpose: 'marketing', status: 'maybe' },
      '/status',
    ],
    ['a level cleared', schemas.LevelChange, { level: null, reason: 'left' }, fits],
    ['points spent that are none', schemas.PointsPosting, { kind: 'spend', points: 0 }, '/points'],
    ['a schedule that is never', schemas.NewScorerSchedule, { train: null, score: null }, fits],
  ])('%s', (_name, schema, value, fault) => {
    expect(faultIn(schema, value)).toBe(fault);
  });
});

test.each([
  ['event', fits],
  ['event,order,refund,consent,level,points,merge,message,record', fits],
  ['order,', '/kind'],
  ['orders', '/kind'],
  ['', '/kind'],
])('a timeline of the kinds "%s"', (kind, fault) => {
  expect(faultIn(schemas.TimelineQuery, { kind })).toBe(fault);
});

describe('every route', () => {
  test.each(routes)('%s accepts an example of its own and refuses a stranger member', (_name, route) => {
    for (const schema of [route.body, route.query]) {
      // Pages for people are reached by links that mail programs and sign-in servers add to.
      if (!schema || route.rawBody || route.replyType?.startsWith('text/html')) continue;
      const example = exampleOf(schema) as Record<string, unknown>;
      if (typeof example !== 'object' || Array.isArray(example)) continue;
      const stranger = faultIn(schema, { ...example, noContractKnowsThis: 1 });
      expect(stranger).not.toBe(fits);
    }
    for (const [, name] of route.path.matchAll(/:(\w+)/g))
      expect(Object.keys(route.params?.properties ?? {})).toContain(name);
    expect(['public', 'signed-in', 'staff'].includes(route.scope) || isScope(route.scope)).toBe(true);
    expect(route.summary).toMatch(/^[A-Z]/);
    if (route.method === 'GET') expect(route.body).toBeUndefined();
    if (route.status === 204) expect(route.reply).toBeUndefined();
    // Whatever lists in pages takes where to go on from.
    const shown = (route.reply as { properties?: object } | undefined)?.properties ?? {};
    if ('next' in shown)
      expect(Object.keys(route.query?.properties ?? {})).toEqual(expect.arrayContaining(['limit', 'cursor']));
  });

  test('has an address of its own', () => {
    const addresses = routes.map(
      ([, { method, path, root }]) => `${method} ${root ? '' : '/api/v1'}${path.replace(/:\w+/g, ':x')}`,
    );
    expect(addresses.filter((address, n) => addresses.indexOf(address) !== n)).toEqual([]);
  });
});

test.each([
  ['customers:read', true],
  ['customers:admin', false],
  ['customer:read', false],
  ['hook:customer.created', true],
  ['hook:member.level-changed', true],
  ['hook:', false],
  ['hook:Customer', false],
  ['hook:a..b', false],
  ['pii', true],
  ['*', false],
  ['', false],
])('"%s" is a scope: %s', (text, is) => {
  expect(isScope(text)).toBe(is);
});

test('no scope of a hook can be granted to an app or to staff', () => {
  expect(grantableScopes.filter((scope) => scope.startsWith('hook:'))).toEqual([]);
  expect(new Set(grantableScopes).size).toBe(grantableScopes.length);
});

describe('the OpenAPI document', () => {
  const document = JSON.parse(
    JSON.stringify(
      describeApi(
        routes.map(([, route]) => route),
        '1.0.0',
      ),
    ),
  );
  const walk = (node: unknown, at: string, visit: (node: Record<string, unknown>, at: string) => void): void => {
    if (typeof node !== 'object' || node === null) return;
    if (!Array.isArray(node)) visit(node as Record<string, unknown>, at);
    for (const [name, child] of Object.entries(node)) walk(child, `${at}/${name}`, visit);
  };

  test('has every route, under an operation id of its own, with its parameters in its path', () => {
    const ids: string[] = [];
    for (const [path, operations] of Object.entries(
      document.paths as Record<string, Record<string, Record<string, unknown>>>,
    ))
      for (const [method, { operationId, parameters, responses }] of Object.entries(operations)) {
        ids.push(String(operationId));
        const named = (parameters as { name: string; in: string; required: boolean }[]).filter(
          (each) => each.in === 'path',
        );
        expect(named.map(({ name }) => `{${name}}`).sort(), `${method} ${path}`).toEqual(
          [...(path.match(/\{\w+\}/g) ?? [])].sort(),
        );
        expect(
          named.every(({ required }) => required),
          path,
        ).toBe(true);
        expect(Object.keys(responses as object)).toContain('default');
      }
    expect(ids).toHaveLength(routes.length);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('every reference leads somewhere, every pattern is one, every required member is there', () => {
    let references = 0;
    walk(document, '#', ({ $ref, pattern, required, properties, enum: values }, at) => {
      if (typeof $ref === 'string') {
        references++;
        const target = $ref
          .slice(2)
          .split('/')
          .reduce((node: Record<string, never> | undefined, name) => node?.[name], document);
        expect(target, `${at} → ${$ref}`).toBeDefined();
      }
      if (typeof pattern === 'string') expect(() => new RegExp(pattern, 'u'), at).not.toThrow();
      if (Array.isArray(required) && properties)
        expect(Object.keys(properties), at).toEqual(expect.arrayContaining(required as string[]));
      if (Array.isArray(values)) expect(new Set(values).size, at).toBe(values.length);
    });
    expect(references).toBeGreaterThan(routes.length - 1);
  });

  test('what is public asks for nothing, all else for a token or a session', () => {
    for (const [name, route] of routes) {
      const path = `${route.root ? '' : '/api/v1'}${route.path}`.replace(/[:*](\w+)/g, '{$1}');
      const { security } = document.paths[path][route.method.toLowerCase()];
      expect(security, name).toEqual(route.scope === 'public' ? [] : [{ bearer: [] }, { session: [] }]);
    }
  });

  test('the problem it describes is the one of the contract', () => {
    expect(Object.keys(document.components.schemas.Problem.properties)).toEqual(
      Object.keys(schemas.Problem.properties),
    );
  });
});
