// `rapport audit verify`: reads the whole chain and names the first row that does not fit. Changes nothing.

import { parseArgs } from 'node:util';
import type { CommandSpec } from '../../core/index.ts';

/**
 * Exit code 0 when every row fits, 1 when one does not, 2 for wrong arguments. It cannot tell that the
 * newest rows were cut off: keep the last number elsewhere where that matters.
 */
export const auditCommand: CommandSpec = {
  name: 'audit',
  summary: 'Verify that no row of the audit was changed or left out.',
  run: async (args, { open }) => {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { json: { type: 'boolean' } } });
    if (positionals.length !== 1 || positionals[0] !== 'verify') {
      console.error('Usage: rapport audit verify [--json]');
      return 2;
    }
    const { platform, stop } = await open();
    try {
      const { rows, firstBad } = await platform.audit.verify(platform.database.reader);
      const sound = firstBad === null;
      if (values.json) console.log(JSON.stringify({ sound, rows, firstBad }, null, 2));
      else if (sound) console.log(`The audit is sound: ${rows} rows, each fits the one before it.`);
      else
        console.log(
          `Row ${firstBad} of the audit does not fit: it or the row before it was changed or removed. ${rows} rows before it are sound.`,
        );
      return sound ? 0 : 1;
    } finally {
      await stop();
    }
  },
};
