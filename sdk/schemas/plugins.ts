// plugin.json and what the API says about plugins. The manifest is checked when a plugin is installed, with this schema.
import { type Static, Type } from 'typebox';
import { channelAddresses, outcomeKinds } from '../hook.ts';
import { Closed, Nullable, Time } from './shared.ts';

/** `publisher/name`. In addresses the slash is written as a tilde: `/plugins/publisher~name`. */
export const PluginId = Type.String({
  pattern: '^[a-z][a-z0-9-]{0,38}/[a-z][a-z0-9-]{0,62}$',
  description: 'publisher/name',
});
/** One of these texts. */
const oneOf = <const T extends readonly string[]>(...values: T) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: values });

/** A text in English, or in several languages. */
export const LocalText = Type.Union([
  Type.String({ minLength: 1, maxLength: 2000 }),
  Closed({ en: Type.String({ minLength: 1, maxLength: 2000 }), zh: Type.Optional(Type.String({ maxLength: 2000 })) }),
]);
export type LocalText = Static<typeof LocalText>;

const ProviderKey = Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' });
const Provider = { key: ProviderKey, title: LocalText, description: Type.Optional(LocalText) };
export const Cron = Type.String({ minLength: 9, maxLength: 100, description: 'Five fields, UTC' });
/** What happens to customers that a scorer can be asked about one by one. */
export const Touch = oneOf('orders', 'events');
export type Touch = Static<typeof Touch>;

/** The subset of JSON Schema that settings and record types may use. `secret` members are encrypted and never shown again. */
export const SettingsSchema = Closed({
  type: Type.Literal('object'),
  properties: Type.Record(
    Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,62}$' }),
    Closed({
      type: oneOf('string', 'number', 'integer', 'boolean', 'array', 'object'),
      title: Type.Optional(LocalText),
      description: Type.Optional(LocalText),
      secret: Type.Optional(Type.Boolean()),
      default: Type.Optional(Type.Unknown()),
      enum: Type.Optional(Type.Array(Type.Union([Type.String(), Type.Number()]), { minItems: 1, maxItems: 200 })),
      minLength: Type.Optional(Type.Integer({ minimum: 0 })),
      maxLength: Type.Optional(Type.Integer({ minimum: 0 })),
      minimum: Type.Optional(Type.Number()),
      maximum: Type.Optional(Type.Number()),
      pattern: Type.Optional(Type.String({ maxLength: 500 })),
      format: Type.Optional(oneOf('uri', 'email', 'date', 'date-time')),
      maxItems: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
    }),
    { maxProperties: 100 },
  ),
  required: Type.Optional(Type.Array(Type.String(), { maxItems: 100 })),
});
export type SettingsSchema = Static<typeof SettingsSchema>;

const ScopeAsked = Closed({
  scope: Type.String({
    maxLength: 300,
    description: '`orders:read`, or with personal members `customers:read[email]`',
  }),
  reason: LocalText,
});

export const Provides = Closed({
  recommenders: Type.Optional(Type.Array(Closed({ ...Provider, train: Type.Optional(Cron) }), { maxItems: 20 })),
  scorers: Type.Optional(
    Type.Array(
      Closed({
        ...Provider,
        /** When the model is built (`train` of the entry) and everybody scored with it. Absent: it has no model. */
        train: Type.Optional(Cron),
        /** When everybody is scored with the model as it stands, between two trainings or where there is no model. */
        score: Type.Optional(Cron),
        /** It can score one customer between two runs: those whose orders or events are new are scored within a minute. */
        incremental: Type.Optional(Type.Array(Touch, { minItems: 1, uniqueItems: true })),
        /** An answer with a value outside these bounds is `invalid_result`, as a whole. */
        minimum: Type.Optional(Type.Number()),
        maximum: Type.Optional(Type.Number()),
      }),
      { maxItems: 20 },
    ),
  ),
  channels: Type.Optional(
    Type.Array(
      Closed({
        ...Provider,
        /**
         * Which address of the customer it needs, and is given (`to`) instead of any other. A customer without it gets no message; a
         * consent for `email` or `phone` holds for every channel with that address.
         */
        address: oneOf(...channelAddresses),
      }),
      { maxItems: 10 },
    ),
  ),
  /** Hooks without keys: `message.filter`, and the topics it is told of. */
  hooks: Type.Optional(
    Type.Array(Type.String({ pattern: '^[a-z]+(\\.[a-z-]+)+$', maxLength: 100 }), { uniqueItems: true, maxItems: 100 }),
  ),
  recordTypes: Type.Optional(Type.Array(Closed({ ...Provider, schema: SettingsSchema }), { maxItems: 20 })),
  schedules: Type.Optional(Type.Array(Closed({ ...Provider, cron: Cron }), { maxItems: 20 })),
  http: Type.Optional(
    Type.Array(
      Closed({
        method: oneOf('GET', 'POST', 'PUT', 'DELETE'),
        path: Type.String({ pattern: '^(/[A-Za-z0-9._-]+)+$', maxLength: 200 }),
        summary: LocalText,
      }),
      { maxItems: 50 },
    ),
  ),
});

const manifestAddress = 'https://rapport.dev/schemas/plugin.json';
/** `plugin.json`. Members that are not here are refused. `limits.memoryMb` is asked for, in MiB. */
export const Manifest = Closed(
  {
    /** For editors. */
    $schema: Type.Optional(Type.Literal(manifestAddress)),
    id: PluginId,
    version: Type.String({ pattern: '^\\d{1,6}\\.\\d{1,6}\\.\\d{1,6}(-[0-9A-Za-z.-]{1,40})?$' }),
    rapport: Type.String({ pattern: '^\\^\\d+\\.\\d+$', description: 'Platform it is made for, like ^1.0' }),
    title: LocalText,
    description: LocalText,
    license: Type.String({ maxLength: 100 }),
    entry: Type.String({ pattern: '^[A-Za-z0-9._/-]+\\.(ts|js|mjs)$', maxLength: 200 }),
    provides: Provides,
    scopes: Type.Optional(
      Closed({
        required: Type.Optional(Type.Array(ScopeAsked, { maxItems: 50 })),
        optional: Type.Optional(Type.Array(ScopeAsked, { maxItems: 50 })),
      }),
    ),
    hosts: Type.Optional(
      Type.Array(
        Closed({
          /** `https://api.example.com`, `https://*.example.com`, or the name of a setting that holds a URL as `setting:url`. */
          origin: Type.String({
            pattern: '^(https?://(\\*\\.)?[a-z0-9.-]+(:\\d{1,5})?|setting:[a-z][A-Za-z0-9]{0,62})$',
            maxLength: 300,
          }),
          methods: Type.Array(oneOf('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'), {
            minItems: 1,
            uniqueItems: true,
          }),
          reason: LocalText,
        }),
        { maxItems: 20 },
      ),
    ),
    settings: Type.Optional(SettingsSchema),
    limits: Type.Optional(Closed({ memoryMb: Type.Optional(Type.Integer({ minimum: 16, maximum: 256 })) })),
  },
  { $id: manifestAddress },
);
export type Manifest = Static<typeof Manifest>;

/** `waiting-for-consent`: a scope it needs was not granted yet, so none of its code runs. */
export const PluginStatus = oneOf('waiting-for-consent', 'disabled', 'enabled');

export const Plugin = Closed({
  id: PluginId,
  version: Type.String(),
  title: LocalText,
  description: LocalText,
  publisher: Type.String(),
  license: Type.String(),
  origin: oneOf('bundled', 'folder', 'upload'),
  status: PluginStatus,
  /** Why it is disabled, when Rapport did it. */
  disabledReason: Nullable(Type.String()),
  provides: Provides,
  hosts: Type.Array(Type.Unknown()),
  scopes: Type.Array(
    Closed({
      scope: Type.String(),
      reason: LocalText,
      required: Type.Boolean(),
      granted: Type.Boolean(),
      /** Members that say who somebody is and come in clear with it. */
      personal: Type.Array(Type.String()),
    }),
  ),
  /** It reads personal data and reaches hosts: it can send personal data out. */
  canSendPersonalDataOut: Type.Boolean(),
  settingsSchema: Nullable(Type.Unknown()),
  /** Secret members are `null` when unset and `true` when set. */
  settings: Type.Record(Type.String(), Type.Unknown()),
  /** Hooks that refuse, instead of going on, when this plugin fails. */
  failClosed: Type.Array(Type.String()),
  circuit: oneOf('closed', 'open', 'half-open'),
  /** Notices on their way to it; they wait while it is off or waits for consent: for 30 days, 50,000 of them. */
  waitingNotices: Type.Integer(),
  /** When the oldest of them was written. */
  oldestNoticeAt: Nullable(Time),
  installedAt: Time,
  updatedAt: Time,
});
export type Plugin = Static<typeof Plugin>;

/** Times in ms. */
export const PluginRun = Closed({
  id: Type.String(),
  version: Type.String(),
  hook: Type.String(),
  provider: Type.String(),
  outcome: oneOf(...outcomeKinds),
  /** Good runs of the same hook are counted together, minute by minute; each other run stands alone. */
  count: Type.Integer(),
  wallMs: Type.Number(),
  slowestMs: Type.Number(),
  cpuMs: Type.Number(),
  reason: Nullable(Type.String()),
  at: Time,
});
export type PluginRun = Static<typeof PluginRun>;

export const PluginLogLine = Closed({
  id: Type.String(),
  level: Type.String(),
  message: Type.String(),
  fields: Nullable(Type.Unknown()),
  at: Time,
});
export type PluginLogLine = Static<typeof PluginLogLine>;

export const Service = Closed({
  hook: Type.String(),
  kind: Type.String(),
  summary: Type.String(),
  timeoutMs: Type.Integer(),
  input: Type.Unknown(),
  output: Type.Unknown(),
  providers: Type.Array(
    Closed({
      plugin: Type.String(),
      provider: Type.String(),
      title: Nullable(LocalText),
      healthy: Type.Boolean(),
      circuit: Type.String(),
      calls: Type.Integer(),
      failures: Type.Integer(),
      medianMs: Nullable(Type.Number()),
    }),
  ),
});
export type Service = Static<typeof Service>;
