// Runs and log lines as the API shows them.
import type { PluginLogLine, PluginRun } from '@rapport/sdk/schemas';
import { fromJson, toIso } from '../../data/column.ts';
import type { LogRow, RunRow } from './runs-store.ts';

export const presentRun = (row: RunRow): PluginRun => ({
  id: row.id,
  version: row.version,
  hook: row.hook,
  provider: row.provider,
  outcome: row.outcome as PluginRun['outcome'],
  count: Number(row.count),
  wallMs: row.wall_ms,
  slowestMs: row.slowest_ms,
  cpuMs: row.cpu_ms,
  reason: row.reason,
  at: toIso(Number(row.at)),
});

export const presentLog = (row: LogRow): PluginLogLine => ({
  id: row.id,
  level: row.level,
  message: row.message,
  fields: row.fields === null ? null : fieldsOf(row.fields),
  at: toIso(Number(row.at)),
});

// Long fields are cut where they are kept, and then are no JSON any more.
const fieldsOf = (text: string): unknown => {
  try {
    return fromJson(text);
  } catch {
    return text;
  }
};
