// Files in and out: what an import is told, how far it got, what it changed, what it refused.
import { type Static, type TSchema, Type } from 'typebox';
import { Closed, Country, Currency, Id, Nullable, Time } from './shared.ts';

const oneOf = <const T extends readonly string[]>(values: T, options: Record<string, unknown> = {}) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: values, ...options });

export const importKinds = ['customers', 'orders', 'events', 'products', 'retail'] as const;
/** `retail` is the public "Online Retail" layout; `orders` has one row a line. */
export const ImportKind = oneOf(importKinds);
export type ImportKind = Static<typeof ImportKind>;

export const importFormats = ['csv', 'jsonl'] as const;
export const importEncodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'gb18030'] as const;
export const importStatuses = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const;
export const ImportStatus = oneOf(importStatuses);
export type ImportStatus = Static<typeof ImportStatus>;

/** How to read the file. What is absent is detected or, for zone and country, taken as said. */
const reading = {
  format: Type.Optional(oneOf(importFormats, { description: 'Detected when absent' })),
  encoding: Type.Optional(oneOf(importEncodings, { description: 'Detected when absent' })),
  delimiter: Type.Optional(Type.String({ minLength: 1, maxLength: 1, description: 'Detected when absent' })),
  mapping: Type.Optional(
    Type.String({
      maxLength: 16_000,
      description:
        'Columns to fields, as `Column=field,Other=attribute.plan`, or the same as a JSON object; an empty field leaves the column out. Columns not named here are mapped by their names where those are known.',
    }),
  ),
  country: Type.Optional({ ...Country, description: 'Country of phones written without a country code' }),
  timeZone: Type.Optional(
    Type.String({ maxLength: 64, description: 'IANA zone of times written without one; UTC when absent' }),
  ),
  dateOrder: Type.Optional(oneOf(['dmy', 'mdy'], { description: 'Reads dates such as 03/04/2026' })),
  currency: Type.Optional({ ...Currency, description: 'Currency of rows that do not name one' }),
};

export const ImportQuery = Closed({
  ...reading,
  fileName: Type.Optional(Type.String({ maxLength: 255 })),
  dryRun: Type.Optional(Type.Boolean({ default: false, description: 'Count and show corrections; write nothing' })),
  createCustomers: Type.Optional(
    Type.Boolean({ default: false, description: 'Orders and events make the customers they name, where unknown' }),
  ),
});
export type ImportQuery = Static<typeof ImportQuery>;

export const InspectQuery = Closed(reading);
export type InspectQuery = Static<typeof InspectQuery>;

export const ImportField = Closed({
  name: Type.String({ description: 'What a column is mapped to, e.g. `email` or `attribute.plan`' }),
  title: Type.String(),
  titleZh: Type.String(),
  type: oneOf(['text', 'email', 'phone', 'country', 'day', 'time', 'integer', 'number', 'money', 'boolean', 'list']),
  required: Type.Boolean(),
});
export type ImportField = Static<typeof ImportField>;

export const ImportColumn = Closed({
  name: Type.String(),
  /** Null: the column is left out. */
  field: Nullable(Type.String()),
});
export type ImportColumn = Static<typeof ImportColumn>;

/** What a file looks like: for the mapping step, before anything is imported. */
export const Inspection = Closed({
  format: oneOf(importFormats),
  encoding: oneOf(importEncodings),
  delimiter: Nullable(Type.String()),
  columns: Type.Array(ImportColumn),
  fields: Type.Array(ImportField, { description: 'Every field a column can be mapped to' }),
  missing: Type.Array(Type.String(), { description: 'Required fields that no column is mapped to' }),
  rows: Type.Array(
    Closed({ row: Type.Integer(), cells: Type.Array(Type.String()), problem: Nullable(Type.String()) }),
    { maxItems: 20, description: 'The first rows, cells in the order of the columns' },
  ),
});
export type Inspection = Static<typeof Inspection>;

/** How a cell was changed into what is stored. */
export const correctionKinds = [
  'trimmed',
  'email',
  'phone',
  'country',
  'language',
  'timeZone',
  'currency',
  'date',
  'number',
  'boolean',
  'rounded',
] as const;
export type CorrectionKind = (typeof correctionKinds)[number];
export const ImportCorrection = Closed({
  row: Type.Integer(),
  field: Type.String(),
  kind: Type.Enum([...correctionKinds]),
  from: Nullable(Type.String({ description: 'Null for callers without the scope pii' })),
  to: Nullable(Type.String()),
});
export type ImportCorrection = Static<typeof ImportCorrection>;

export const ImportReject = Closed({
  row: Type.Integer({
    description: 'As a spreadsheet counts: the header of a CSV is row 1; of JSON Lines the first line is',
  }),
  field: Nullable(Type.String()),
  code: Type.String(),
  reason: Type.String(),
});
export type ImportReject = Static<typeof ImportReject>;

const counts = (description: string): TSchema & { static: Record<string, number> } =>
  Type.Record(Type.String(), Type.Integer(), { description }) as never;

export const Import = Closed(
  {
    id: Id,
    what: ImportKind,
    status: ImportStatus,
    dryRun: Type.Boolean(),
    fileName: Nullable(Type.String()),
    columns: Type.Array(ImportColumn, { description: 'Empty until the file has been looked at' }),
    progress: Closed({
      bytes: Type.Integer(),
      bytesTotal: Type.Integer(),
      percent: Type.Number(),
      rowsPerSecond: Type.Integer(),
      etaSeconds: Nullable(Type.Integer()),
    }),
    read: Type.Integer(),
    accepted: Type.Integer(),
    rejected: Type.Integer({ description: 'accepted + rejected = read, always' }),
    created: counts('Rows made, by table: customers, orders, lines, events, products'),
    updated: counts('Rows changed, by table'),
    rejectedBy: counts('Rejected rows by code'),
    corrected: counts('Corrections by `field:kind`'),
    corrections: Type.Array(ImportCorrection, { description: 'The first 20' }),
    rejects: Type.Array(ImportReject, { description: 'The first 20; the file has them all' }),
    error: Nullable(Closed({ code: Type.String(), detail: Type.String() })),
    jobId: Nullable(Type.String()),
    createdBy: Type.String(),
    createdAt: Time,
    startedAt: Nullable(Time),
    finishedAt: Nullable(Time),
  },
  { $id: 'Import' },
);
export type Import = Static<typeof Import>;

/** `customers` and `orders` are files that an import takes back. */
export const exportKinds = ['customers', 'orders', 'order-lines', 'events', 'products'] as const;
export const ExportKind = oneOf(exportKinds);
export type ExportKind = Static<typeof ExportKind>;

/** `from` (inclusive) and `to` (exclusive) are of the time the kind has: created, ordered or occurred. */
export const ExportQuery = Closed({
  format: Type.Optional(oneOf(importFormats, { default: 'csv' })),
  segment: Type.Optional(Type.String({ maxLength: 63, description: 'Only customers in this segment, or their rows' })),
  from: Type.Optional(Time),
  to: Type.Optional(Time),
});
export type ExportQuery = Static<typeof ExportQuery>;
