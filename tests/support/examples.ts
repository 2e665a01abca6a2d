// Requests that fit their schema, made from the schema: the soil for wrong ones. Where the service wants more than a schema can
// say, one is written down.
import type { AnyRoute } from '@rapport/sdk';
import type { TSchema } from 'typebox';

type Loose = {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Loose[];
  properties?: Record<string, Loose>;
  patternProperties?: Record<string, Loose>;
  required?: string[];
  additionalProperties?: unknown;
  items?: Loose;
  minItems?: number;
  minimum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  format?: string;
  pattern?: string;
};

const formats: Record<string, string> = {
  'date-time': '2026-01-02T03:04:05Z',
  date: '2026-01-02',
  uri: 'https://shop.example/x',
};
const texts = ['probe', 'GB', 'EUR', 'en', '123456', 'a@b.example', 'https://shop.example/x', 'P1D', '/a', '1.0.0'];

const conditions = { all: [{ fact: 'customer.city', operator: 'equal', value: 'London' }] };
const line = { sku: 'a', quantity: 1, unitPrice: 500 };
const cart = { currency: 'EUR', lines: [{ ...line, category: 'tea' }], shipping: 100, codes: ['SAVE'] };
const contents = { en: { subject: 'Hello {{customer.name}}', text: 'Hi' } };
const params = { target: 'order', bp: 1000, limits: { perCustomer: 1 }, code: { required: false } };
const content = { subject: 'Hi', text: 'Hi' };
const message = { kind: 'message', channel: 'email', to: 'desk@example.com', content };
const ada = { email: 'ada@example.com' };

/** Accepted by a server that knows ada@example.com and what was made of these. */
const written: Record<string, unknown> = {
  'POST /customers': { name: 'Bo', email: 'bo@example.com', attributes: { size: 'L' }, tags: ['new'] },
  'PATCH /customers/:id': { name: 'Ada', city: 'London', birthday: '1990-01-02', extra: { a: 1 } },
  'POST /customers/upsert': [{ name: 'Cy', email: 'cy@example.com', tags: ['new'] }],
  'POST /events': [{ type: 'page.viewed', customer: ada, occurredAt: formats['date-time'], properties: { a: 1 } }],
  'POST /orders': { customer: ada, currency: 'EUR', lines: [line], orderedAt: formats['date-time'] },
  'POST /attributes': { key: 'size', title: 'Size', type: 'text' },
  'POST /clients': { name: 'App', grants: ['client_credentials'], scopes: ['customers:read'] },
  'POST /segments': { key: 'probe', name: 'Probe', conditions },
  'POST /segments/preview': { conditions },
  'POST /rules/validate': { conditions },
  'POST /rules/test': { conditions, tests: [{ facts: { 'customer.city': 'London' }, expected: true }] },
  'POST /alerts': { key: 'probe', name: 'Probe', trigger: { kind: 'change' }, conditions, actions: [message] },
  'POST /promotions': { key: 'probe', name: 'Probe', conditions, event: { type: 'grant', params } },
  'POST /promotions/quote': { cart },
  'POST /promotions/redeem': { orderId: 'o-1', cart },
  'POST /promotions/:key/codes': { count: 2 },
  'POST /templates': { key: 'probe', title: 'Probe', channel: 'email', defaultLanguage: 'en', contents },
  'PATCH /templates/:key': { title: 'Probe', contents },
  'POST /templates/preview': { content },
  'POST /messages': { channel: 'email', purpose: 'staff', to: 'desk@example.com', content },
};

export const isWritten = (route: AnyRoute): boolean => `${route.method} ${route.path}` in written;

/** A body to bend: written down, or with only the required members. */
export const bodyFor = (route: AnyRoute): unknown =>
  written[`${route.method} ${route.path}`] ?? make(route.body as Loose, false);

/** With every member. */
export const exampleOf = (schema: TSchema): unknown => make(schema as Loose, true);

const make = (schema: Loose, whole: boolean): unknown => {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf) return make(schema.anyOf[0]!, whole);
  if (schema.type === 'object' || schema.properties) {
    const members = Object.entries(schema.properties ?? {});
    const taken = members.filter(([name]) => whole || schema.required?.includes(name));
    return Object.fromEntries(taken.map(([name, member]) => [name, make(member, whole)]));
  }
  if (schema.type === 'array')
    return Array.from({ length: Math.max(1, schema.minItems ?? 0) }, () => make(schema.items ?? {}, whole));
  if (schema.type === 'integer' || schema.type === 'number')
    return Math.max(1, schema.minimum ?? 0, (schema.exclusiveMinimum ?? 0) + 1);
  if (schema.type === 'boolean') return false;
  if (schema.type === 'null') return null;
  if (schema.format && formats[schema.format]) return formats[schema.format];
  const fitting = texts.find((text) => !schema.pattern || new RegExp(schema.pattern, 'u').test(text)) ?? 'probe';
  return fitting.padEnd(schema.minLength ?? 0, 'x');
};

/** Members of an object schema, of every branch of a union. Nothing for lists and single values. */
export const membersOf = (schema: TSchema): { names: string[]; required: string[]; closed: boolean } | undefined => {
  const loose = schema as Loose;
  if (loose.anyOf) {
    const first = loose.anyOf.find((branch) => branch.properties);
    return first && { ...membersOf(first as TSchema)!, required: [], closed: false };
  }
  if (!loose.properties) return undefined;
  return {
    names: Object.keys(loose.properties),
    required: (loose.required ?? []).filter((name) => !('default' in loose.properties![name]!)),
    closed: loose.additionalProperties === false,
  };
};
