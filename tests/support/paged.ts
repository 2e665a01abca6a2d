// A few rows for every list of the API that is read page by page, so that one test can walk them all. A list that is missing here
// makes that test red.

import { system } from '../../core/index.ts';
import type { TestApp } from './app.ts';
import { filesOf } from './plugins.ts';
import { insertRow, listColumns } from './schema.ts';

export type Paged = {
  /** The path to ask, where it has parameters. */
  at?: string;
  /** Makes the row number `n`; several are made at one and the same moment. */
  add: (n: number) => Promise<unknown>;
};

const always = { all: [{ fact: 'cart.subtotal', operator: 'greaterThanInclusive', value: 0 }] };

const known = { all: [{ fact: 'customer.name', operator: 'notEqual', value: null }] };
const tally = JSON.stringify({ created: 0, updated: 0, rejectedBy: {}, corrected: 0, corrections: [], rejects: [] });

/** What every list needs before its rows can be made, and a way to make each row. */
export const pagedLists = async (app: TestApp): Promise<Record<string, Paged>> => {
  const owner = app.as('owner');
  const { database, clock } = app.rapport.platform;
  const made = async (path: string, body: object): Promise<Record<string, string>> => {
    const reply = await owner.post(path, body);
    if (reply.status >= 300) throw new Error(`${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  const { id: customer } = await made('/customers', { name: 'Ada', externalId: 'paged' });
  const { id: webhook } = await made('/webhooks', { url: 'http://127.0.0.1:9/hook', topics: ['customer.merged'] });
  await made('/promotions', {
    key: 'paged',
    name: 'Paged',
    conditions: always,
    event: { params: { target: 'order', bp: 100 } },
  });
  await made('/promotions/paged/activate', {});
  await made('/segments', { key: 'paged-list', name: 'List', type: 'static' });
  await made('/alerts', {
    key: 'paged',
    name: 'Paged',
    trigger: { kind: 'event', types: ['seen'] },
    actions: [{ kind: 'tag', tag: 'seen' }],
  });
  const plugin = 'acme/paged';
  const recordTypes = [
    { key: 'pet', title: 'Pet', schema: { type: 'object', properties: { name: { type: 'string' } } } },
  ];
  await app.rapport.core.plugins.installFiles(
    filesOf({ id: plugin, provides: { recordTypes } }, 'export default {};'),
    'folder',
    system,
  );
  await app.rapport.core.plugins.consent(plugin, { scopes: [], enable: true }, system);

  const columns = await listColumns(database);
  const row = (table: string, given: (n: number) => object) => (n: number) =>
    insertRow(database, columns, table, n, { id: `${table}-${String(n).padStart(4, '0')}`, ...given(n) });
  const at = clock.now();
  const rule = (n: number) => ({ key: `paged-${n}`, name: `Paged ${n}` });
  const tagged = { trigger: { kind: 'event', types: ['x'] }, actions: [{ kind: 'tag', tag: 'x' }] };
  return {
    '/customers': { add: (n) => made('/customers', { name: `Same name`, externalId: `c${n}` }) },
    '/customers/:id/timeline': {
      at: `/customers/${customer}/timeline?kind=event`,
      add: (n) => made('/events', { id: `t${n}`, type: 'seen', customer: { id: customer } }),
    },
    '/customers/:id/points': {
      at: `/customers/${customer}/points`,
      add: (n) => made(`/customers/${customer}/points`, { kind: 'earn', points: n + 1, reason: `for ${n}` }),
    },
    '/events': { add: (n) => made('/events', { id: `e${n}`, type: 'seen', customer: { externalId: 'paged' } }) },
    '/orders': {
      add: (n) =>
        made('/orders', {
          customer: { id: customer },
          currency: 'EUR',
          externalId: `o${n}`,
          lines: [{ sku: 'tea', quantity: 1, unitPrice: 100 }],
        }),
    },
    '/products': { add: (n) => made('/products', { sku: `sku-${n}`, name: 'Tea', price: 100, currency: 'EUR' }) },
    '/records/:type': { at: '/records/pet', add: (n) => made('/records/pet', { data: { name: `Pet ${n}` } }) },
    '/segments': { add: (n) => made('/segments', { ...rule(n), type: 'static' }) },
    '/segments/:key/members': {
      at: '/segments/paged-list/members',
      add: async (n) => {
        const { id } = await made('/customers', { name: `Member ${n}` });
        await made('/segments/paged-list/members', { add: [id] });
      },
    },
    '/conditions': { add: (n) => made('/conditions', { ...rule(n), conditions: known }) },
    '/promotions': {
      add: (n) =>
        made('/promotions', { ...rule(n), conditions: always, event: { params: { target: 'order', bp: 1 } } }),
    },
    '/promotions/:key/codes': {
      at: '/promotions/paged/codes',
      add: (n) => made('/promotions/paged/codes', { codes: [`CODE-${n}`] }),
    },
    '/promotions/:key/redemptions': {
      at: '/promotions/paged/redemptions',
      add: (n) =>
        made('/promotions/redeem', {
          orderId: `r${n}`,
          customer: { id: customer },
          cart: { currency: 'EUR', lines: [{ sku: 'a', quantity: 1, unitPrice: 1000 }] },
        }),
    },
    '/alerts': { add: (n) => made('/alerts', { ...rule(n), ...tagged }) },
    '/alerts/:key/firings': {
      at: '/alerts/paged/firings',
      add: row('firings', () => ({
        alert: 'paged',
        customer_id: customer,
        at,
        cause: '{"kind":"change"}',
        facts: '[]',
        actions: '[]',
      })),
    },
    '/templates': {
      add: (n) =>
        made('/templates', {
          key: `paged-${n}`,
          channel: 'email',
          title: 'Same',
          contents: { en: { subject: 'Hi', text: 'Hi' } },
        }),
    },
    '/messages': {
      add: row('messages', (n) => ({
        customer_id: customer,
        channel: 'email',
        status: 'queued',
        variables: '{}',
        send_key: `paged-${n}`,
        created_at: at,
      })),
    },
    '/webhooks': { add: (n) => made('/webhooks', { url: `http://127.0.0.1:9/${n}`, topics: ['customer.merged'] }) },
    '/webhooks/:id/deliveries': {
      at: `/webhooks/${webhook}/deliveries`,
      add: row('deliveries', () => ({ webhook_id: webhook, topic: 'customer.merged', status: 'failed' })),
    },
    '/imports': {
      add: row('imports', () => ({
        what: 'customers',
        status: 'done',
        dry_run: false,
        settings: '{}',
        columns: '[]',
        rejects_path: '',
        tally,
      })),
    },
    '/plugins/:id/logs': {
      at: '/plugins/acme~paged/logs',
      add: row('plugin_logs', () => ({ plugin, level: 'info', at })),
    },
    '/plugins/:id/runs': {
      at: '/plugins/acme~paged/runs',
      add: row('plugin_runs', () => ({ plugin, hook: 'event.recorded', outcome: 'ok', at })),
    },
    '/clients': {
      add: (n) => made('/clients', { name: `App ${n}`, grants: ['client_credentials'], scopes: ['customers:read'] }),
    },
    '/users': { add: (n) => app.addUser('viewer', `viewer-${n}@example.com`) },
  };
};
