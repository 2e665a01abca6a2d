// Tables out: CSV or JSON Lines, streamed row by row. Money is written in major units, exactly; times in UTC. Personal data is
// masked for those who may not see it, cells are harmless in a spreadsheet. `orders` and `customers` come back in by `import`.

import { Readable } from 'node:stream';
import type { ExportKind, ExportQuery } from '@rapport/sdk/schemas';
import {
  type Actor,
  type Attributes,
  createCurrencies,
  csvLine,
  type Db,
  fields,
  fromJson,
  InvalidRequest,
  mayReadPersonalData,
  showCustomer,
  toIso,
} from '../../core/index.ts';
import { createExportStore, type ExportRow, type ExportSource, type ExportStore } from './store.ts';

/**
 * The name in the head of a CSV and as a key of JSON Lines, and the value of a row as it is written.
 * Absent values are empty cells, or null.
 */
type Column = readonly [name: string, value: (row: Record<string, unknown>) => unknown];

/** Media types by format; both are UTF-8. */
export const exportTypes = { csv: 'text/csv; charset=utf-8', jsonl: 'application/x-ndjson' } as const;

/**
 * Exports are read in pages of 1,000 rows, each in its own statement: memory does not grow with the table,
 * and a row changed while an export runs is written as it was when its page was read. This is not a
 * snapshot; for one take a backup.
 */
export const createExports = (deps: { reader: Db; attributes: Attributes }) => {
  const store = createExportStore(deps.reader);
  const money = createMoney();

  const columnsOf = async (what: ExportKind, personal: boolean): Promise<Column[]> => {
    if (what === 'customers') return customerColumns(deps.attributes, personal);
    if (what === 'orders') return orderColumns(money);
    if (what === 'order-lines') return lineColumns(money);
    return what === 'events' ? eventColumns : productColumns(money);
  };

  return {
    /** Checks before the first byte; what fails later breaks the stream off. */
    start: async (what: ExportKind, given: ExportQuery, actor: Actor): Promise<Readable> => {
      const { segment, format = 'csv' } = given;
      if (segment !== undefined && what === 'products')
        throw new InvalidRequest('Products are not of a segment.', { pointer: '/query/segment' });
      if (segment !== undefined && !(await store.hasSegment(segment)))
        throw new InvalidRequest(`There is no segment "${segment}".`, { pointer: '/query/segment' });
      const filter = { segment, from: toMs(given.from), to: toMs(given.to) };
      const columns = await columnsOf(what, mayReadPersonalData(actor));
      const rows = rowsOf(store, what, filter);
      return Readable.from(format === 'csv' ? asCsv(rows, columns) : asJsonLines(rows, columns), { objectMode: false });
    },
  };
};

export type Exports = ReturnType<typeof createExports>;

const toMs = (time: string | undefined): number | undefined => (time === undefined ? undefined : Date.parse(time));

/** Pages of rows. Order lines come by pages of orders, so a page of lines has no fixed size. */
const rowsOf = async function* (
  store: ExportStore,
  what: ExportKind,
  filter: Parameters<ExportStore['pages']>[1],
): AsyncGenerator<Record<string, unknown>[]> {
  const source: ExportSource = what === 'order-lines' ? 'orders' : what;
  for await (const page of store.pages(source, filter)) {
    if (what !== 'order-lines') yield page;
    else {
      const orders = new Map(page.map((order) => [order.id, order]));
      const lines = await store.linesOf(page.map(({ id }) => id));
      yield lines.map((line) => ({ ...line, order: orders.get(line.order_id as string) }));
    }
  }
};

const asCsv = async function* (rows: AsyncIterable<Record<string, unknown>[]>, columns: readonly Column[]) {
  yield csvLine(columns.map(([name]) => name));
  for await (const page of rows) yield page.map((row) => csvLine(columns.map(([, value]) => value(row)))).join('');
};

const asJsonLines = async function* (rows: AsyncIterable<Record<string, unknown>[]>, columns: readonly Column[]) {
  for await (const page of rows)
    yield page
      .map(
        (row) => `${JSON.stringify(Object.fromEntries(columns.map(([name, value]) => [name, value(row) ?? null])))}\n`,
      )
      .join('');
};

/** Minor units as `12.34`, by moving the point: no division. */
const createMoney = () => {
  const { exponentOf } = createCurrencies();
  return (minor: unknown, currency: unknown): string | null => {
    if (minor === null || minor === undefined) return null;
    const decimals = exponentOf(String(currency)) ?? 2;
    const digits = String(Math.abs(minor as number)).padStart(decimals + 1, '0');
    const sign = (minor as number) < 0 ? '-' : '';
    return decimals === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  };
};
type Money = ReturnType<typeof createMoney>;

const plain = (name: string, column: string): Column => [name, (row) => row[column]];
const time = (name: string, column: string): Column => [name, (row) => toIso(row[column] as number)];

/** Each attribute of the shop is a column of its own, `attribute.<key>`; lists are joined by `;`. */
const customerColumns = async (attributes: Attributes, personal: boolean): Promise<Column[]> => {
  const { definitions } = await attributes.context();
  const shown = new WeakMap<object, Record<string, unknown>>();
  const show = (row: Record<string, unknown>): Record<string, unknown> => {
    let customer = shown.get(row);
    if (!customer) {
      customer = showCustomer(row as Parameters<typeof showCustomer>[0], definitions, personal);
      shown.set(row, customer);
    }
    return customer;
  };
  const list = (value: unknown): unknown => (Array.isArray(value) ? value.join(';') : value);
  return [
    ['id', (row) => row.id],
    ...fields.map(({ name }): Column => [name, (row) => show(row)[name]]),
    ...['level', 'tags', 'createdAt', 'updatedAt'].map((name): Column => [name, (row) => list(show(row)[name])]),
    ...[...definitions.keys()].map(
      (key): Column => [`attribute.${key}`, (row) => list((show(row).attributes as Record<string, unknown>)[key])],
    ),
  ];
};

const orderColumns = (money: Money): Column[] => [
  plain('id', 'id'),
  plain('source', 'source'),
  plain('externalId', 'external_id'),
  plain('customer.id', 'customer_id'),
  plain('customer.externalId', 'customer_external_id'),
  time('orderedAt', 'ordered_at'),
  plain('status', 'status'),
  plain('currency', 'currency'),
  plain('quantity', 'quantity'),
  ...['subtotal', 'discount', 'shipping', 'total', 'refunded'].map(
    (name): Column => [name, (row) => money(row[name], row.currency)],
  ),
];

const lineColumns = (money: Money): Column[] => {
  const order = (row: Record<string, unknown>): ExportRow => row.order as ExportRow;
  const amount = (name: string, column: string): Column => [name, (row) => money(row[column], order(row).currency)];
  return [
    ['externalId', (row) => order(row).external_id ?? order(row).id],
    ['customer.id', (row) => order(row).customer_id],
    ['customer.externalId', (row) => order(row).customer_external_id],
    ['orderedAt', (row) => toIso(order(row).ordered_at as number)],
    ['status', (row) => order(row).status],
    ['currency', (row) => order(row).currency],
    ['discount', (row) => money(order(row).discount, order(row).currency)],
    ['shipping', (row) => money(order(row).shipping, order(row).currency)],
    ['lineId', (row) => row.external_id ?? String(row.line_no)],
    plain('sku', 'sku'),
    plain('name', 'name'),
    plain('category', 'category'),
    plain('quantity', 'quantity'),
    amount('unitPrice', 'unit_price'),
    amount('lineDiscount', 'discount'),
    amount('lineTotal', 'total'),
  ];
};

const eventColumns: Column[] = [
  plain('id', 'id'),
  plain('type', 'type'),
  plain('customer.id', 'customer_id'),
  plain('customer.externalId', 'customer_external_id'),
  time('occurredAt', 'occurred_at'),
  plain('source', 'source'),
  ['properties', (row) => fromJson(row.properties)],
];

const productColumns = (money: Money): Column[] => [
  plain('sku', 'sku'),
  plain('name', 'name'),
  plain('category', 'category'),
  plain('description', 'description'),
  plain('imageUrl', 'image_url'),
  ['price', (row) => money(row.price, row.currency)],
  plain('currency', 'currency'),
  plain('stock', 'stock'),
  plain('status', 'status'),
];
