// What returned units are worth: hand-worked nets and parts, refusals with their pointers, and that parts always sum to the whole.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { netsOf, returnedUnits } from './returned-lines.ts';

const line = (line_no: number, sku: string, quantity: number, total: number) => ({ line_no, sku, quantity, total });
const refusal = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    const { code, pointer, message } = error as { code?: string; pointer?: string; message: string };
    return { code, pointer, message };
  }
};

test.each([
  // 100 off 3 × 333: 33.36 each with the largest remainder equal, so the first bears the odd one.
  { totals: [333, 333, 333], discount: 100, nets: [299, 300, 300] },
  { totals: [1000, 1000, 1000], discount: 100, nets: [966, 967, 967] },
  // 250 over 700 and 300: 175 and 75.
  { totals: [700, 300], discount: 250, nets: [525, 225] },
  // 1 over 1 and 2: a third and two thirds, so the second bears it.
  { totals: [1, 2], discount: 1, nets: [1, 1] },
  { totals: [500, 0], discount: 500, nets: [0, 0] },
  { totals: [0, 0], discount: 0, nets: [0, 0] },
  { totals: [900], discount: 0, nets: [900] },
  // An imported order whose discount is more than its goods, and a line that is a credit.
  { totals: [300, 200], discount: 900, nets: [0, 0] },
  { totals: [300, -100], discount: 30, nets: [270, 0] },
  // 10^12 in all: products of it are beyond 2^53. Half a unit each, and the first bears it.
  { totals: [999_999_999_999, 1], discount: 500_000_000_000, nets: [499_999_999_999, 1] },
])('the discount of an order $discount over lines $totals leaves $nets', ({ totals, discount, nets }) => {
  const lines = totals.map((total, index) => line(index + 1, `s${index}`, 1, total));
  expect(netsOf(lines, discount)).toEqual(nets);
});

test('three units of 1000 come back one by one as 333, 333 and 334', () => {
  const order = { lines: [line(1, 'tea', 3, 1000)], discount: 0 };
  const before: { line_no: number; quantity: number }[] = [];
  const amounts = [1, 1, 1].map((quantity) => {
    const [unit] = returnedUnits(order, before, [{ lineNo: 1, quantity }]);
    before.push({ line_no: 1, quantity });
    return unit!.amount;
  });
  expect(amounts).toEqual([333, 333, 334]);
});

test('two of three units at once cost what they cost one by one', () => {
  const order = { lines: [line(1, 'tea', 3, 1000)], discount: 0 };
  expect(returnedUnits(order, [], [{ lineNo: 1, quantity: 2 }])).toEqual([
    { line_no: 1, sku: 'tea', quantity: 2, amount: 666 },
  ]);
  expect(returnedUnits(order, [{ line_no: 1, quantity: 2 }], [{ lineNo: 1, quantity: 1 }])[0]?.amount).toBe(334);
});

test('a product that is on two lines comes back from the first that has units left, then from the next', () => {
  const order = { lines: [line(1, 'tea', 2, 1000), line(2, 'cup', 1, 700), line(3, 'tea', 4, 1600)], discount: 0 };
  expect(returnedUnits(order, [{ line_no: 1, quantity: 1 }], [{ sku: 'tea', quantity: 3 }])).toEqual([
    { line_no: 1, sku: 'tea', quantity: 1, amount: 500 },
    { line_no: 3, sku: 'tea', quantity: 2, amount: 800 },
  ]);
});

test('one line named twice is one return of both', () => {
  const order = { lines: [line(1, 'tea', 5, 501)], discount: 0 };
  const named = [
    { lineNo: 1, quantity: 2 },
    { sku: 'tea', quantity: 1 },
  ];
  expect(returnedUnits(order, [], named)).toEqual([{ line_no: 1, sku: 'tea', quantity: 3, amount: 300 }]);
});

test.each([
  { named: [{ lineNo: 1, quantity: 3 }], pointer: '/lines/0/quantity', code: 'RETURN_TOO_MANY' },
  { named: [{ lineNo: 2, quantity: 1 }], pointer: '/lines/0/quantity', code: 'RETURN_TOO_MANY' },
  {
    named: [
      { lineNo: 1, quantity: 1 },
      { sku: 'tea', quantity: 2 },
    ],
    pointer: '/lines/1/quantity',
    code: 'RETURN_TOO_MANY',
  },
  { named: [{ lineNo: 9, quantity: 1 }], pointer: '/lines/0/lineNo', code: 'INVALID_VALUE' },
  { named: [{ sku: 'Tea', quantity: 1 }], pointer: '/lines/0/sku', code: 'INVALID_VALUE' },
  { named: [{ quantity: 1 }], pointer: '/lines/0', code: 'INVALID_VALUE' },
  { named: [{ lineNo: 1, sku: 'tea', quantity: 1 }], pointer: '/lines/0', code: 'INVALID_VALUE' },
])('$named is refused at $pointer with $code', ({ named, pointer, code }) => {
  const order = { lines: [line(1, 'tea', 2, 1000), line(2, 'cup', 1, 700)], discount: 0 };
  expect(refusal(() => returnedUnits(order, [{ line_no: 2, quantity: 1 }], named))).toMatchObject({ code, pointer });
});

test('a refusal says how many may still come back', () => {
  const order = { lines: [line(1, 'tea', 4, 1000)], discount: 0 };
  expect(
    refusal(() => returnedUnits(order, [{ line_no: 1, quantity: 1 }], [{ sku: 'tea', quantity: 4 }])),
  ).toMatchObject({ message: 'Of tea at most 3 can still be returned.' });
});

const anOrder = fc.record({
  lines: fc
    .array(fc.record({ quantity: fc.integer({ min: 1, max: 9 }), total: fc.nat(1_000_000_000_000) }), {
      minLength: 1,
      maxLength: 6,
    })
    .map((lines) => lines.map(({ quantity, total }, index) => line(index + 1, `s${index % 3}`, quantity, total))),
  part: fc.integer({ min: 0, max: 100 }),
});

test('nets sum to the goods less the discount, none is below 0 or above its line, and the order of lines changes no sum', () => {
  fc.assert(
    fc.property(anOrder, ({ lines, part }) => {
      const goods = lines.reduce((sum, { total }) => sum + total, 0);
      const discount = Math.floor((goods / 100) * part);
      const nets = netsOf(lines, discount);
      expect(nets.reduce((sum, net) => sum + net, 0)).toBe(goods - discount);
      nets.forEach((net, index) => {
        expect(net).toBeGreaterThanOrEqual(0);
        expect(net).toBeLessThanOrEqual(lines[index]!.total);
      });
      const turned = netsOf(lines.toReversed(), discount).toReversed();
      turned.forEach((net, index) => {
        expect(Math.abs(net - nets[index]!)).toBeLessThanOrEqual(1);
      });
    }),
    { numRuns: 200 },
  );
});

test('however an order comes back, unit by unit in any order, its parts sum to its nets', () => {
  fc.assert(
    fc.property(anOrder, fc.infiniteStream(fc.nat()), ({ lines, part }, chance) => {
      const discount = Math.floor((lines.reduce((sum, { total }) => sum + total, 0) / 100) * part);
      const units = lines.flatMap(({ line_no, quantity }) => Array.from({ length: quantity }, () => line_no));
      const before: { line_no: number; quantity: number }[] = [];
      const paid = new Map<number, number>();
      while (units.length > 0) {
        const [lineNo] = units.splice(chance.next().value % units.length, 1);
        for (const { line_no, quantity, amount } of returnedUnits({ lines, discount }, before, [
          { lineNo: lineNo!, quantity: 1 },
        ])) {
          before.push({ line_no, quantity });
          paid.set(line_no, (paid.get(line_no) ?? 0) + amount);
        }
      }
      expect(lines.map(({ line_no }) => paid.get(line_no))).toEqual(netsOf(lines, discount));
    }),
    { numRuns: 100 },
  );
});
