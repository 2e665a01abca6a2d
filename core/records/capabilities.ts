// A plugin's own records: through the service, so that what it writes is checked, audited and told like anybody else's. A type
// belongs to one plugin; another's is not there.
import type { PluginRecord } from '@rapport/sdk';
import type { DataRecord } from '@rapport/sdk/schemas';
import { Type } from 'typebox';
import { type Capability, type CapabilityCall, capability, given, Refusal } from '../capability.ts';
import type { Records } from './service.ts';

const toPluginRecord = ({ version: _version, ...record }: DataRecord): PluginRecord => record;

export const recordCapabilities = (records: Records): Capability[] => {
  const own = async (type: string, { plugin }: CapabilityCall): Promise<void> => {
    const owner = await records.ownerOf(type);
    if (owner !== plugin.id) throw new Refusal('DENIED', `"${type}" is not a record type of this plugin.`);
  };
  return [
    capability({
      name: 'records.put',
      scope: 'records:write',
      read: given.options,
      input: Type.Object(
        {
          type: given.text,
          key: Type.Optional(given.text),
          customerId: Type.Optional(Type.Union([given.id, Type.Null()])),
          data: Type.Record(Type.String({ maxLength: 100 }), Type.Unknown()),
        },
        given.closed,
      ),
      run: async ({ type, ...record }, call) => {
        await own(type, call);
        await call.spend('writes', 1);
        return toPluginRecord(await records.put(type, record, call.actor));
      },
    }),
    capability({
      name: 'records.get',
      scope: 'records:read',
      read: ([type, idOrKey]) => ({ type, idOrKey }),
      input: Type.Object({ type: given.text, idOrKey: given.text }, given.closed),
      run: async ({ type, idOrKey }, call) => {
        await own(type, call);
        await call.spend('rows', 1);
        const found = await records.find(type, idOrKey);
        return found ? toPluginRecord(found) : null;
      },
    }),
    capability({
      name: 'records.list',
      scope: 'records:read',
      read: given.options,
      input: Type.Object({ ...given.paging, type: given.text, customerId: Type.Optional(given.id) }, given.closed),
      run: async ({ type, limit = 100, ...query }, call) => {
        await own(type, call);
        const found = await records.list(type, { ...query, limit });
        await call.spend('rows', found.data.length);
        return { data: found.data.map(toPluginRecord), next: found.next };
      },
    }),
  ];
};
