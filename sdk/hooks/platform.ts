// The plugin's own clock and its own addresses: schedules it declared, requests to its endpoints.
import { type Static, Type } from 'typebox';
import { defineHook, longLimits } from '../hook.ts';
import { Closed, Time } from '../schemas/shared.ts';

export const scheduleRun = defineHook({
  name: 'schedule.run',
  kind: 'collect',
  handler: 'schedule',
  providedBy: ['schedules'],
  cron: 'cron',
  wallMs: 300_000,
  cpuMs: 120_000,
  limits: longLimits,
  summary: "A schedule of the plugin's manifest is due; the provider is the key of the schedule.",
  input: Closed({ at: Time }),
  output: Type.Unknown(),
  examples: [{ input: { at: '2026-05-04T03:00:00.000Z' }, output: { pulled: 120 } }],
});

export const PluginRequest = Closed({
  method: Type.String(),
  /** After `/http`, starting with a slash. */
  path: Type.String(),
  query: Type.Record(Type.String(), Type.String()),
  /** Lower-case names. Never cookies, never Authorization. */
  headers: Type.Record(Type.String(), Type.String()),
  body: Type.String(),
});
export type PluginRequest = Static<typeof PluginRequest>;

export const PluginReply = Closed({
  status: Type.Optional(Type.Integer({ minimum: 200, maximum: 599 })),
  headers: Type.Optional(Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 4000 }))),
  /** Text, or any JSON value. */
  body: Type.Optional(Type.Unknown()),
});
export type PluginReply = Static<typeof PluginReply>;

export const httpRequest = defineHook({
  name: 'http.request',
  kind: 'first',
  handler: 'http',
  providedBy: ['http'],
  wallMs: 10_000,
  cpuMs: 2000,
  isPublic: true,
  asGiven: ['path', 'query', 'headers', 'body'],
  summary: "A request to one of the plugin's own endpoints; the provider is `METHOD /path` of the manifest.",
  input: PluginRequest,
  output: PluginReply,
  examples: [
    {
      input: {
        method: 'POST',
        path: '/hook',
        query: {},
        headers: { 'content-type': 'application/json' },
        body: '{"paid":true}',
      },
      output: { status: 202, body: { taken: true } },
    },
  ],
});
