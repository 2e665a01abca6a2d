// A quote with 200 active promotions over a cart of 20 lines: CPU of the process, everything below HTTP included.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewPromotion, QuoteRequest } from '@rapport/sdk/schemas';
import { readConfig, silentLog, system } from '../core/index.ts';
import { createRapport } from '../rapport.ts';
import { defineBench, median, memoryMb, type Row } from './bench.ts';

const promotions = 200;
const lines = 20;
const quotes = 300;
const rounds = 5;

const categories = ['shoes', 'shirts', 'books', 'toys', 'garden'];
const targets: NewPromotion['event']['params'][] = [
  { target: 'line', bp: 500, match: { categories: ['shoes', 'books'] } },
  { target: 'order', bp: 100 },
  { target: 'order', amount: 50, currency: 'EUR', limits: { total: 1_000_000, budget: 1_000_000_000 } },
  { target: 'shipping', bp: 1000 },
  { target: 'points', points: { per: 1, unit: 100 } },
  { target: 'freeItem', buy: 2, get: 1, bp: 5000, match: { categories: ['toys'] } },
  { target: 'order', bp: 2000, code: { required: true } },
  { target: 'order', bp: 300, limits: { perCustomer: 3 } },
];

/** Half of them apply: they differ in target, threshold, who they are for, and limits. */
const promotion = (n: number): NewPromotion => ({
  key: `promotion-${n}`,
  name: `Promotion ${n}`,
  priority: n % 10,
  conditions: {
    all: [
      { fact: 'cart.subtotal', operator: 'greaterThanInclusive', value: n % 4 === 0 ? 10_000_000 : 1000 },
      {
        any: [
          { fact: 'customer.city', operator: 'equal', value: n % 3 === 0 ? 'Rome' : 'Paris' },
          { fact: 'cart.quantity', operator: 'greaterThan', value: 40 },
        ],
      },
    ],
  },
  event: { params: targets[n % targets.length]! },
});

export const quote = defineBench({
  name: 'quote',
  title: `Promotion quote, ${promotions} active promotions, ${lines} lines`,
  run: async (): Promise<Row[]> => {
    const folder = mkdtempSync(join(tmpdir(), 'rapport-bench-'));
    const rapport = await createRapport(
      readConfig({ RAPPORT_DATA_DIR: folder, PORT: '0', RAPPORT_LOG_LEVEL: 'silent', NODE_ENV: 'test' }),
      silentLog,
    );
    const { documents, checkout } = rapport.rules.promotions;
    for (let n = 0; n < promotions; n++) await documents.create(system, { ...promotion(n), status: 'active' });
    const customer = await rapport.core.customers.create({ name: 'Ada', city: 'Paris' }, system);
    const asked: QuoteRequest = {
      customer: customer.id,
      cart: {
        currency: 'EUR',
        shipping: 490,
        lines: Array.from({ length: lines }, (_, n) => ({
          sku: `sku-${n}`,
          category: categories[n % categories.length],
          quantity: 1 + (n % 3),
          unitPrice: 999 + 37 * n,
        })),
      },
    };
    const cpu: number[] = [];
    const wall: number[] = [];
    let applied = 0;
    for (let round = -1; round < rounds; round++) {
      const before = process.cpuUsage();
      const started = performance.now();
      for (let n = 0; n < quotes; n++) applied = (await checkout.quote(system, asked)).applied.length;
      const used = process.cpuUsage(before);
      if (round < 0) continue;
      cpu.push((used.user + used.system) / 1000 / quotes);
      wall.push((performance.now() - started) / quotes);
    }
    const memory = memoryMb();
    await rapport.stop();
    rmSync(folder, { recursive: true, force: true });
    return [
      {
        what: `quote, CPU (${applied} of ${promotions} applied)`,
        value: median(cpu),
        unit: 'ms',
        target: '< 3 ms',
        met: median(cpu) < 3,
        memoryMb: memory,
      },
      { what: 'quote, one after another', value: median(wall), unit: 'ms' },
    ];
  },
});
