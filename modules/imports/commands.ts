// `rapport import …`: parses arguments, shows progress on a terminal, says what came of it. Imports in this process, beside a
// running server if there is one.

import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { type ImportKind, importEncodings, importFormats, importKinds } from '@rapport/sdk/schemas';
import type { CommandSpec, Platform } from '../../core/index.ts';
import { etaSeconds, showImport } from './present.ts';
import type { ImportService } from './service.ts';
import type { Checkpoint, ImportRow, ImportSettings } from './store.ts';

const usage = `rapport import <${importKinds.join('|')}> <file|-> [options]
  --map Column=field,…    columns to fields; others are found by their names
  --dry-run               count and show corrections, write nothing
  --rejects <file>        where refused rows go (CSV)
  --country GB            country of phones written without one
  --currency EUR          currency of rows that name none
  --time-zone Europe/Rome zone of times written without one
  --date-order dmy|mdy    how to read 03/04/2026
  --create-customers      orders and events make the customers they name
  --format, --encoding, --delimiter   when they are not guessed right
  --json                  the outcome as JSON`;

/**
 * Exit code 0 when the import is done, also with refused rows; 1 when it failed, was cancelled or was
 * interrupted; 2 for wrong arguments. The first SIGINT or SIGTERM stops it after the chunk being written;
 * the same command goes on from there.
 */
export const importCommand: CommandSpec<ImportService> = {
  name: 'import',
  summary: 'Import customers, orders, events, products or the Online Retail file.',
  run: async (args, { open }) => {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const [what, file] = positionals;
    if (!isKind(what) || file === undefined || positionals.length !== 2) {
      console.error(usage);
      return 2;
    }
    const settings = settingsOf(values);
    // Rows live for a moment only: let the heap grow to twice what lives, not to four times (a third less memory, as fast).
    setFlagsFromString('--heap-growing-percent=80');
    const opened = await open();
    const stopping = new AbortController();
    const stop = (): void => stopping.abort(new Error('stopped'));
    process.once('SIGINT', stop).once('SIGTERM', stop);
    const fromStdin = file === '-' ? await spool(opened.platform) : undefined;
    const progress = createProgressLine();
    try {
      const { import: row, resumedAt } = await opened.service.runFile(
        {
          what,
          path: fromStdin ?? file,
          fileName: fromStdin ? 'stdin' : basename(file),
          settings,
          dryRun: values['dry-run'] ?? false,
          rejectsPath: values.rejects,
        },
        { signal: stopping.signal, onProgress: progress.show },
      );
      progress.clear();
      const totals = what === 'retail' && row.status === 'done' && (await opened.service.retailTotals());
      if (values.json) {
        const out = { ...showImport(row, true), resumedAt, rejectsFile: row.rejects_path, ...(totals && { totals }) };
        console.log(JSON.stringify(out, null, 2));
      } else console.log(describe(row, resumedAt) + (totals ? `\n${describeTotals(totals)}` : ''));
      return row.status === 'done' ? 0 : 1;
    } finally {
      progress.clear();
      process.off('SIGINT', stop).off('SIGTERM', stop);
      if (fromStdin) await rm(fromStdin, { force: true });
      await opened.stop();
    }
  },
};

const options = {
  map: { type: 'string' },
  'dry-run': { type: 'boolean' },
  rejects: { type: 'string' },
  country: { type: 'string' },
  currency: { type: 'string' },
  'time-zone': { type: 'string' },
  'date-order': { type: 'string' },
  'create-customers': { type: 'boolean' },
  format: { type: 'string' },
  encoding: { type: 'string' },
  delimiter: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const isKind = (text: string | undefined): text is ImportKind =>
  (importKinds as readonly string[]).includes(text ?? '');

type Values = Record<string, string | boolean | undefined>;

const settingsOf = (values: Values): ImportSettings => {
  const choice = <T extends string>(name: string, allowed: readonly T[]): T | undefined => {
    const value = values[name];
    if (value === undefined || allowed.includes(value as T)) return value as T | undefined;
    throw Object.assign(new Error(`--${name} is one of ${allowed.join(', ')}.`), { code: 'USAGE' });
  };
  const text = (name: string): string | undefined => values[name] as string | undefined;
  const given: ImportSettings = {
    mapping: text('map'),
    country: text('country')?.toUpperCase(),
    currency: text('currency')?.toUpperCase(),
    timeZone: text('time-zone'),
    dateOrder: choice('date-order', ['dmy', 'mdy']),
    createCustomers: values['create-customers'] as boolean | undefined,
    format: choice('format', importFormats),
    encoding: choice('encoding', importEncodings),
    delimiter: text('delimiter')?.replace('\\t', '\t'),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
};

// A stream cannot be read twice, and going on after a kill needs that: what comes by stdin is kept in a file while it is imported.
const spool = async (platform: Platform): Promise<string> => {
  const folder = join(platform.config.dataDir, 'imports');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${platform.ids.next()}.stdin`);
  await pipeline(process.stdin, createWriteStream(path, { mode: 0o600 }));
  return path;
};

const createProgressLine = () => {
  const { stderr } = process;
  let shown = 0;
  return {
    show: (checkpoint: Checkpoint, row: ImportRow): void => {
      if (!stderr.isTTY || Date.now() - shown < 200) return;
      shown = Date.now();
      const eta = etaSeconds({ ...checkpoint, file_bytes: row.file_bytes });
      const rate = `${number(checkpoint.rows_per_second)}/s${eta === null ? '' : `, ${eta} s left`}`;
      stderr.write(
        `\r\x1b[K${number(checkpoint.read)} rows, ${number(checkpoint.rejected)} refused, ${rate}`.slice(0, 100),
      );
    },
    clear: (): void => {
      if (shown > 0) stderr.write('\r\x1b[K');
      shown = 0;
    },
  };
};

const number = (value: number): string => value.toLocaleString('en');

const describe = (row: ImportRow, resumedAt: number): string => {
  const counts = (of: Record<string, number>): string =>
    Object.entries(of)
      .map(([name, count]) => `${number(count)} ${name}`)
      .join(', ') || 'nothing';
  const list = (of: Record<string, number>): string[] =>
    Object.entries(of)
      .toSorted(([, a], [, b]) => b - a)
      .map(([name, count]) => `  ${number(count).padStart(12)}  ${name}`);
  const ignored = row.columns.filter(({ field }) => field === null).map(({ name }) => name);
  return [
    `Import ${row.id} ${row.dry_run ? '(dry run, nothing written) ' : ''}is ${row.status}.`,
    ...(row.error ? [`${row.error.code}: ${row.error.detail}`] : []),
    ...(resumedAt > 0 ? [`Went on after row ${number(resumedAt)}, where an earlier run had stopped.`] : []),
    `${number(row.read)} rows read, ${number(row.accepted)} accepted, ${number(row.rejected)} refused.`,
    `Created: ${counts(row.tally.created)}. Changed: ${counts(row.tally.updated)}. ${number(row.rows_per_second)} rows/s.`,
    ...(row.rejected > 0 ? ['Refused:', ...list(row.tally.rejectedBy), `Refused rows: ${row.rejects_path}`] : []),
    ...(Object.keys(row.tally.corrected).length > 0 ? ['Corrected:', ...list(row.tally.corrected)] : []),
    ...(ignored.length > 0 ? [`Columns left out: ${ignored.join(', ')}`] : []),
  ].join('\n');
};

const describeTotals = (t: { lines: number; customers: number; orders: number; total: number }): string => {
  const pence = String(t.total).padStart(3, '0');
  const pounds = `${number(Number(pence.slice(0, -2)))}.${pence.slice(-2)}`;
  return `Of this layout there are now ${number(t.lines)} lines of ${number(t.customers)} customers in ${number(t.orders)} orders, ${pounds} GBP.`;
};
