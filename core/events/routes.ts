// Events over HTTP.
import { listEvents, listEventTypes, recordEvents } from '@rapport/sdk/routes';
import { type Served, serve } from '../http/serve.ts';
import type { Events } from './service.ts';

export const eventRoutes = (events: Events): Served[] => [
  serve(recordEvents, async ({ body, actor }) => {
    const data = await events.record(body, actor);
    const duplicates = data.filter(({ duplicate }) => duplicate).length;
    return { accepted: data.length - duplicates, duplicates, data };
  }),
  serve(listEvents, ({ query }) => events.list(query)),
  serve(listEventTypes, async () => ({ data: await events.listTypes() })),
];
