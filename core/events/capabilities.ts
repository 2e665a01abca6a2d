// What plugins may read of what customers did: by time, oldest first, personal members masked unless granted.
import { Type } from 'typebox';
import { type Capability, capability, given, span } from '../capability.ts';
import { toIso } from '../data/column.ts';
import type { Platform } from '../platform.ts';
import { createEventReads } from './capabilities-store.ts';

export const eventCapabilities = ({ database }: Pick<Platform, 'database'>): Capability[] => [
  capability({
    name: 'events.list',
    scope: 'events:read',
    read: given.options,
    input: Type.Object({ ...given.paging, ...span.members, type: Type.Optional(given.text) }, given.closed),
    run: async ({ limit = 100, cursor, type, ...within }, { mask, spend }) => {
      const found = await createEventReads(database.reader).list({ ...span.of(within), type }, limit, cursor);
      await spend('rows', found.data.length);
      const data = found.data.map((row) => ({
        id: row.id,
        customerId: row.customer_id,
        type: row.type,
        occurredAt: toIso(Number(row.occurred_at)),
        properties: mask(row.properties),
      }));
      return { data, next: found.next };
    },
  }),
];
