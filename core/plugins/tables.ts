// The tables of plugins: what is installed, what they keep about people, what they logged and used.
import { dayMs, type TablePolicy } from '../declared.ts';

const aWeek = { column: 'at', ms: 7 * dayMs } as const;

export const pluginTables: readonly TablePolicy[] = [
  { table: 'plugins', owner: 'shop', grows: 'with settings' },
  { table: 'plugin_versions', owner: 'shop', grows: 'with settings' },
  {
    table: 'plugin_data',
    owner: 'customer',
    customerColumns: ['customer_id'],
    personal: ['value'],
    onErase: 'delete',
    onMerge: 'rekey',
    inExport: true,
    grows: 'with customers',
  },
  {
    table: 'plugin_runs',
    owner: 'machinery',
    personal: ['reason'],
    onErase: 'search',
    grows: 'with time',
    keepFor: aWeek,
  },
  {
    table: 'plugin_logs',
    owner: 'machinery',
    personal: ['message', 'fields'],
    onErase: 'search',
    grows: 'with time',
    keepFor: aWeek,
  },
  {
    table: 'plugin_usage',
    owner: 'machinery',
    grows: 'with time',
    keepFor: { column: 'day', as: 'day', ms: 30 * dayMs },
  },
];
