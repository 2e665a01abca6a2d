// The least a validated, authenticated JSON endpoint costs with the same libraries: Koa, router, a hashed bearer token, ajv.
// No database, no business: what GET by id is held against.
import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import Router from '@koa/router';
import { Ajv } from 'ajv';
import Koa from 'koa';

const token = 'baseline-token';
const known = new Map([[createHash('sha256').update(token).digest('hex'), { id: 'app' }]]);
const check = new Ajv().compile({
  type: 'object',
  properties: { id: { type: 'string', minLength: 1, maxLength: 64 } },
  required: ['id'],
});
const customer = {
  id: '',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  city: 'London',
  country: 'GB',
  tags: [],
  createdAt: new Date(0).toISOString(),
};

const router = new Router();
router.get('/api/v1/customers/:id', (ctx) => {
  const given = /^Bearer (.+)$/i.exec(ctx.get('authorization'))?.[1] ?? '';
  if (!known.has(createHash('sha256').update(given).digest('hex'))) ctx.throw(401);
  if (!check(ctx.params)) ctx.throw(400);
  ctx.type = 'application/json';
  ctx.body = JSON.stringify({ ...customer, id: ctx.params.id });
});

const app = new Koa();
app.use(router.routes());
const server = app.listen(0, '127.0.0.1', () =>
  console.log(`ready at http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
process.on('SIGTERM', () => process.exit(0));
