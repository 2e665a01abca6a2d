// Plugins: install, consent, settings, on and off, what they did, and their own endpoints.
// `:id` is `publisher~name` (a tilde for the slash of the plugin's id); an encoded slash works too.
import { Type } from 'typebox';
import { defineRoute } from '../contract.ts';
import { Plugin, PluginLogLine, PluginRun, Service } from '../schemas/plugins.ts';
import { CascadeQuery } from '../schemas/rule-documents.ts';
import { Closed, PageQuery, pageOf } from '../schemas/shared.ts';

const PluginParams = Closed({
  id: Type.String({ pattern: '^[a-z][a-z0-9-]{0,38}[~/][a-z][a-z0-9-]{0,62}$', description: 'publisher~name' }),
});
const tag = 'plugins';

export const listPlugins = defineRoute({
  method: 'GET',
  path: '/plugins',
  scope: 'plugins:read',
  tag,
  summary: 'The plugins that are installed',
  reply: Closed({ data: Type.Array(Plugin) }),
});
export const getPlugin = defineRoute({
  method: 'GET',
  path: '/plugins/:id',
  scope: 'plugins:read',
  tag,
  summary: 'One plugin: what it does, asks for and was granted',
  params: PluginParams,
  reply: Plugin,
});
export const installPlugin = defineRoute({
  method: 'POST',
  path: '/plugins',
  scope: 'plugins:write',
  tag,
  summary: 'Install or upgrade from an archive (.tgz as the body). It waits for consent before it runs.',
  rawBody: true,
  maxBody: 10 * 1024 * 1024,
  status: 201,
  reply: Plugin,
});
export const consentToPlugin = defineRoute({
  method: 'POST',
  path: '/plugins/:id/consent',
  scope: 'plugins:write',
  tag,
  summary: 'Grant the scopes it asks for; optional ones may be declined',
  params: PluginParams,
  body: Closed({
    /** All required scopes, and those of the optional ones that are granted. Absent: the required ones only. */
    scopes: Type.Optional(Type.Array(Type.String({ maxLength: 300 }), { maxItems: 150 })),
    enable: Type.Optional(Type.Boolean()),
  }),
  reply: Plugin,
});
export const enablePlugin = defineRoute({
  method: 'POST',
  path: '/plugins/:id/enable',
  scope: 'plugins:write',
  tag,
  summary: 'Switch it on; it must have consent and the settings it requires',
  params: PluginParams,
  reply: Plugin,
});
export const disablePlugin = defineRoute({
  method: 'POST',
  path: '/plugins/:id/disable',
  scope: 'plugins:write',
  tag,
  summary: 'Switch it off; its data stays',
  params: PluginParams,
  reply: Plugin,
});
export const removePlugin = defineRoute({
  method: 'DELETE',
  path: '/plugins/:id',
  scope: 'plugins:write',
  tag,
  summary: 'Remove it with its data; refused while rules name its scorers or channels',
  params: PluginParams,
  query: CascadeQuery,
  status: 204,
});
export const changePluginSettings = defineRoute({
  method: 'PUT',
  path: '/plugins/:id/settings',
  scope: 'plugins:write',
  tag,
  summary: 'Its settings; a secret left out keeps its value',
  params: PluginParams,
  body: Closed({
    settings: Type.Record(Type.String(), Type.Unknown()),
    failClosed: Type.Optional(Type.Array(Type.String(), { maxItems: 50 })),
  }),
  reply: Plugin,
});
export const listPluginRuns = defineRoute({
  method: 'GET',
  path: '/plugins/:id/runs',
  scope: 'plugins:read',
  tag,
  summary: 'What its calls came to, newest first',
  params: PluginParams,
  query: PageQuery,
  reply: pageOf(PluginRun),
});
export const listPluginLogs = defineRoute({
  method: 'GET',
  path: '/plugins/:id/logs',
  scope: 'plugins:read',
  tag,
  summary: 'What it logged, newest first',
  params: PluginParams,
  query: PageQuery,
  reply: pageOf(PluginLogLine),
});
export const listServices = defineRoute({
  method: 'GET',
  path: '/services',
  scope: 'plugins:read',
  tag: 'platform',
  summary: 'Every hook with its contract, who provides it, and how they do',
  reply: Closed({ data: Type.Array(Service) }),
});

const endpoint = (method: 'GET' | 'POST' | 'PUT' | 'DELETE') =>
  defineRoute({
    method,
    path: '/plugins/:id/http/*path',
    scope: 'public',
    tag,
    summary: "A plugin's own endpoint. It receives no cookie and no Authorization header.",
    params: Closed({ ...PluginParams.properties, path: Type.Unknown() }),
    query: Type.Object({}, { additionalProperties: true }),
    rawBody: true,
    replyType: '*/*',
  });
export const pluginEndpoints = (['GET', 'POST', 'PUT', 'DELETE'] as const).map(endpoint);
