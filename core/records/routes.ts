// Records over HTTP.
import { changeRecord, createRecord, deleteRecord, getRecord, listRecords, listRecordTypes } from '@rapport/sdk/routes';
import type { DataRecord } from '@rapport/sdk/schemas';
import { expectedVersion } from '../customers/routes.ts';
import { Reply, type Served, serve } from '../http/serve.ts';
import type { Records } from './service.ts';

export const recordRoutes = (records: Records): Served[] => [
  serve(listRecordTypes, async () => ({ data: await records.listTypes() })),
  serve(listRecords, ({ params, query }) => records.list(params.type, query)),
  serve(createRecord, async ({ params, body, actor }) => tagged(await records.create(params.type, body, actor))),
  serve(getRecord, async ({ params }) => tagged(await records.get(params.type, params.id))),
  serve(changeRecord, async ({ params, body, actor, ctx }) =>
    tagged(await records.change(params.type, params.id, body, actor, expectedVersion(ctx))),
  ),
  serve(deleteRecord, async ({ params, actor }) => {
    await records.remove(params.type, params.id, actor);
    return new Reply(undefined, { status: 204 });
  }),
];

const tagged = (record: DataRecord): Reply<DataRecord> =>
  new Reply(record, { headers: { ETag: `"${record.version}"` } });
