// Files to import, generated: the same seed gives the same bytes, and the generator says what the import must come to.

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createGzip } from 'node:zlib';

/** Mulberry32: small, seeded, good enough to vary rows. */
export const chance = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};

const writeLines = async (path: string, lines: Iterable<string>): Promise<void> => {
  const file = createWriteStream(path);
  const out = path.endsWith('.gz') ? createGzip() : file;
  if (out !== file) out.pipe(file);
  let block = '';
  for (const line of lines) {
    block += `${line}\n`;
    if (block.length < 65_536) continue;
    if (!out.write(block)) await once(out, 'drain');
    block = '';
  }
  out.end(block);
  await once(file, 'close');
};

const cities = ['London', 'Leeds', 'Paris', 'Lyon', 'Berlin', 'Bonn', '北京', '上海', 'Rome', 'Madrid'];
const countries = ['United Kingdom', 'UK', 'France', 'FR', 'Germany', 'DE', 'China', '中国', 'Italy', 'Spain'];

/** Customers as shops export them: untidy e-mails and phones, and every `duplicateEvery`-th row one seen before, written otherwise. */
export const writeCustomersFile = async (
  path: string,
  rows: number,
  { seed = 1, duplicateEvery = 20 } = {},
): Promise<{ rows: number; customers: number }> => {
  let customers = 0;
  const lines = function* () {
    const next = chance(seed);
    yield 'Customer ID,First Name,Last Name,E-mail,Mobile,City,Country,Birthday,Created';
    for (let row = 0; row < rows; row++) {
      const again = duplicateEvery > 0 && row % duplicateEvery === duplicateEvery - 1;
      const n = again ? Math.floor(next() * customers) : customers++;
      const place = n % cities.length;
      const email = `${again ? ' ' : ''}Person.${n}@${n % 3 ? 'Example.COM' : 'mail.example.org'}`;
      const phone = `+4479${String(10_000_000 + n).slice(-8)}`;
      const written = n % 4 === 0 ? `${phone.slice(0, 3)} ${phone.slice(3, 7)} ${phone.slice(7)}` : phone;
      const day = `${1950 + (n % 55)}-${String(1 + (n % 12)).padStart(2, '0')}-${String(1 + (n % 28)).padStart(2, '0')}`;
      yield `C${n},First${n % 997},Last${n % 4999},${email},${written},${cities[place]},${countries[place]},${day},2024-0${1 + (n % 9)}-15`;
    }
  };
  await writeLines(path, lines());
  return { rows, customers };
};

export type RetailTotals = { read: number; accepted: number; customers: number; orders: number; total: number };

/** The Online Retail layout: cancellations, unknown customers, free goods, tenths of a penny, identical lines, invoices in two minutes. */
export const writeRetailFile = async (path: string, invoices: number, seed = 1): Promise<RetailTotals> => {
  const customers = new Set<string>();
  const orders = new Set<string>();
  const sum = { read: 0, accepted: 0, total: 0 };
  const lines = function* () {
    const next = chance(seed);
    yield 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
    for (let n = 0; n < invoices; n++) {
      const cancelled = next() < 0.06;
      const customer = next() < 0.2 ? '' : `${12_000 + Math.floor(next() * invoices * 0.3)}.0`;
      const number = `${cancelled ? 'C' : ''}${536_000 + n}`;
      const count = 1 + Math.floor(next() * 40);
      for (let i = 0; i < count; i++) {
        const product = Math.floor(next() * 3000);
        const quantity = cancelled ? -1 : 1 + Math.floor(next() * 24);
        const tenths = next() < 0.001 ? 1 : next() < 0.002 ? 0 : 10 * (1 + Math.floor(next() * 2000));
        const price = tenths % 10 === 0 ? (tenths / 1000).toFixed(2) : (tenths / 1000).toFixed(3);
        const minute = String(i < count / 2 ? 10 : 11);
        const row = `${number},${20_000 + product},"GOODS ""${product}"", BOXED ",${quantity},2011-0${1 + (n % 9)}-15 08:${minute}:00,${price},${customer},${n % 7 ? 'United Kingdom' : 'EIRE'}`;
        // Now and then the same line twice: both count.
        for (let times = next() < 0.02 ? 2 : 1; times > 0; times--) {
          sum.read++;
          yield row;
          if (customer === '' || cancelled || tenths === 0) continue;
          sum.accepted++;
          // Half a penny up, in whole numbers.
          sum.total += Math.floor((quantity * tenths + 5) / 10);
          customers.add(customer);
          orders.add(number);
        }
      }
    }
  };
  await writeLines(path, lines());
  return { ...sum, customers: customers.size, orders: orders.size };
};
