// A shop for the tests of promotions: writes and activates promotions, quotes, redeems and cancels over HTTP.
import { expect } from 'vitest';
import type { TestApp, TestClient, TestReply } from '../support/app.ts';

export type Written = {
  priority?: number;
  conditions?: Record<string, unknown>;
  params: Record<string, unknown>;
  name?: string;
};

export const everybody = { conditions: { all: [] }, confirmEveryone: true };
export const subtotalAtLeast = (value: number) => ({
  all: [{ fact: 'cart.subtotal', operator: 'greaterThanInclusive', value }],
});

export const cart = (...lines: [unitPrice: number, quantity?: number, rest?: Record<string, unknown>][]) => ({
  currency: 'EUR',
  lines: lines.map(([unitPrice, quantity = 1, rest], n) => ({ sku: `sku-${n}`, quantity, unitPrice, ...rest })),
});

export const createShop = (app: TestApp, staff: TestClient = app.as('admin')) => ({
  staff,
  /** Active at once. */
  promote: async (key: string, { params, priority, conditions, name = key }: Written): Promise<TestReply> => {
    const written = { key, name, priority, status: 'active', event: { type: 'grant', params } };
    const reply = await staff.post('/promotions', { ...written, ...(conditions ? { conditions } : everybody) });
    expect(reply, JSON.stringify(reply.body)).toMatchObject({ status: 201, body: { status: 'active' } });
    return reply;
  },
  quote: async (body: Record<string, unknown>, status = 200) => {
    const reply = await staff.post('/promotions/quote', body);
    expect(reply.status, JSON.stringify(reply.body)).toBe(status);
    return reply.body;
  },
  redeem: (orderId: string, body: Record<string, unknown>) => staff.post('/promotions/redeem', { orderId, ...body }),
  cancel: (orderId: string) => staff.post('/promotions/cancel', { orderId }),
  use: async (key: string) => (await staff.get(`/promotions/${key}`)).body.use,
  customer: async (fields: Record<string, unknown>): Promise<string> => {
    const reply = await staff.post('/customers', fields);
    expect(reply.status, JSON.stringify(reply.body)).toBe(201);
    return reply.body.id;
  },
});
