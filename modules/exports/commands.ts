// `rapport export …`: a table, or a segment's customers, to standard output or a file.

import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { type ExportKind, exportKinds, importFormats } from '@rapport/sdk/schemas';
import { type CommandSpec, system } from '../../core/index.ts';
import type { Exports } from './exports.ts';

const usage = `rapport export <${exportKinds.join('|')}> [options]
rapport export segment <key> [options]   the customers of a segment
  --format csv|jsonl   csv when absent
  --segment <key>      only these customers, or their rows
  --from, --to <time>  ISO-8601; created, ordered or occurred in this span
  --out <file>         standard output when absent`;

const options = {
  format: { type: 'string' },
  segment: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  out: { type: 'string' },
} as const;

/**
 * Exit code 2 with the usage for a wrong argument, before a database is opened. A new file is readable by
 * its owner only; one that exists is replaced and keeps its rights. It runs as the system and so writes
 * personal data in clear.
 */
export const exportCommand: CommandSpec<Exports> = {
  name: 'export',
  summary: 'Write customers, orders, order lines, events, products or a segment as CSV or JSON Lines.',
  run: async (args, { open }) => {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const [what, key] = positionals;
    const kind = what === 'segment' ? 'customers' : what;
    const format = importFormats.find((known) => known === (values.format ?? 'csv'));
    const wrong = positionals.length !== (what === 'segment' ? 2 : 1) || !isKind(kind) || format === undefined;
    if (wrong || [values.from, values.to].some((time) => time !== undefined && Number.isNaN(Date.parse(time)))) {
      console.error(usage);
      return 2;
    }
    const opened = await open();
    try {
      const segment = what === 'segment' ? key : values.segment;
      const rows = await opened.service.start(kind, { format, segment, from: values.from, to: values.to }, system);
      await pipeline(rows, values.out ? createWriteStream(values.out, { mode: 0o600 }) : process.stdout, {
        end: values.out !== undefined,
      });
      return 0;
    } catch (error) {
      // Whoever reads has seen enough (`| head`).
      if ((error as { code?: string }).code === 'EPIPE') return 0;
      throw error;
    } finally {
      await opened.stop();
    }
  },
};

const isKind = (text: string | undefined): text is ExportKind =>
  (exportKinds as readonly string[]).includes(text ?? '');
