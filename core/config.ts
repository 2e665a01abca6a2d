// Reads the environment once, at the edge. A wrong value stops start with every problem named; nothing else reads process.env.
import { resolve } from 'node:path';
import type { LogLevel } from './log.ts';

export type Config = {
  port: number;
  host: string;
  databaseUrl: string;
  dataDir: string;
  baseUrl: string;
  secretKey: string | undefined;
  owner: { email: string | undefined; password: string | undefined };
  /** What hashing a password costs (argon2id; memory in KiB). Next to nothing under NODE_ENV=test. */
  passwordCost: { memory: number; passes: number; parallelism: number };
  /** Reverse proxies in front, whose X-Forwarded-* headers are believed. */
  trustedProxies: number;
  /** Cost units a second each actor may spend; 0 sets no limit. */
  rateLimit: number;
  smtpUrl: string | undefined;
  mailFrom: string;
  /** The shop's zone: days of rules, and dates without a zone. Schedules are in UTC. */
  timeZone: string;
  production: boolean;
  logLevel: LogLevel;
  pluginWorkers: number;
  /** Plugins may reach private addresses: for development and tests against servers on this machine. */
  allowPrivateHosts: boolean;
  /** Named fault points (`point:n:kill|error|delay`), for fault tests only. */
  fault: string | undefined;
};

export type ConfigEntry = { name: string; value: string; source: 'environment' | 'default'; summary: string };

export class ConfigProblems extends Error {
  readonly problems: string[];
  constructor(problems: string[]) {
    super(`The configuration is wrong:\n${problems.map((p) => `  - ${p}`).join('\n')}`);
    this.problems = problems;
  }
}

type Environment = Record<string, string | undefined>;
type Setting = {
  name: string;
  fallback: string;
  summary: string;
  secret?: boolean;
  check?: (value: string) => string | undefined;
};

const url =
  (...protocols: string[]) =>
  (value: string): string | undefined =>
    value === '' || protocols.some((p) => value.startsWith(p))
      ? undefined
      : `must start with ${protocols.join(' or ')}`;
const whole =
  (from: number, to: number) =>
  (value: string): string | undefined =>
    /^\d+$/.test(value) && Number(value) >= from && Number(value) <= to
      ? undefined
      : `must be a whole number from ${from} to ${to}`;
const oneOf =
  (...options: string[]) =>
  (value: string): string | undefined =>
    options.includes(value) ? undefined : `must be one of ${options.join(', ')}`;
const email = (value: string): string | undefined =>
  value === '' || /^\S+@\S+$/.test(value) ? undefined : 'must be an e-mail address';
const longEnough = (value: string): string | undefined =>
  value === '' || value.length >= 12 ? undefined : 'must have at least 12 characters';
const key = (value: string): string | undefined =>
  value === '' || Buffer.from(value, 'base64').length === 32 ? undefined : 'must be 32 bytes in base64';

const zone = (value: string): string | undefined => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return undefined;
  } catch {
    return 'must be an IANA time zone such as Europe/London';
  }
};

const settings = {
  PORT: { fallback: '3000', summary: 'Port to listen on; 0 takes a free one.', check: whole(0, 65535) },
  HOST: { fallback: '127.0.0.1', summary: 'Address to listen on.' },
  RAPPORT_DATA_DIR: {
    fallback: './data',
    summary: 'Folder of the database file, keys, uploads and installed plugins.',
  },
  DATABASE_URL: {
    fallback: '',
    summary: 'sqlite:<file> or postgres://…; by default rapport.db in the data folder.',
    check: url('sqlite:', 'postgres://', 'postgresql://'),
  },
  RAPPORT_BASE_URL: {
    fallback: '',
    summary: 'Public address, when it differs from http://HOST:PORT.',
    check: url('http://', 'https://'),
  },
  RAPPORT_SECRET_KEY: {
    fallback: '',
    summary: 'Key that encrypts secrets at rest, 32 bytes in base64; else a key file in the data folder.',
    secret: true,
    check: key,
  },
  RAPPORT_OWNER_EMAIL: { fallback: '', summary: "The first account's e-mail.", check: email },
  RAPPORT_OWNER_PASSWORD: {
    fallback: '',
    summary: "The first account's password; else one is made and printed once.",
    secret: true,
    check: longEnough,
  },
  RAPPORT_TRUSTED_PROXIES: {
    fallback: '0',
    summary: 'Number of reverse proxies in front; their X-Forwarded-For tells the address of a caller.',
    check: whole(0, 10),
  },
  RAPPORT_RATE_LIMIT: {
    fallback: '20000',
    summary: 'Cost units a second for each user or app on each node (a read costs 1, a write 2); 0 for no limit.',
    check: whole(0, 10_000_000),
  },
  SMTP_URL: {
    fallback: '',
    summary: 'Mail server, smtp://user:password@host:port.',
    secret: true,
    check: url('smtp://', 'smtps://'),
  },
  RAPPORT_MAIL_FROM: { fallback: 'Rapport <rapport@localhost>', summary: 'Sender of mails.' },
  RAPPORT_TIME_ZONE: {
    fallback: 'UTC',
    summary: "The shop's time zone (IANA name): its days in rules, and dates without a zone.",
    check: zone,
  },
  RAPPORT_LOG_LEVEL: {
    fallback: 'info',
    summary: 'debug, info, warn, error or silent.',
    check: oneOf('debug', 'info', 'warn', 'error', 'silent'),
  },
  RAPPORT_PLUGIN_WORKERS: { fallback: '2', summary: 'Most sandbox processes at once.', check: whole(1, 64) },
  RAPPORT_ALLOW_PRIVATE_HOSTS: {
    fallback: 'no',
    summary: 'yes lets plugins and webhooks reach private addresses; for development.',
    check: oneOf('yes', 'no'),
  },
  NODE_ENV: {
    fallback: 'development',
    summary: 'production hardens cookies and hides details.',
    check: oneOf('development', 'production', 'test'),
  },
  FAULT: { fallback: '', summary: 'Fault point for tests.' },
} satisfies Record<string, Omit<Setting, 'name'>>;

type Name = keyof typeof settings;

export const readConfig = (environment: Environment): Config => {
  const problems: string[] = [];
  const read = (name: Name): string => {
    const setting: Omit<Setting, 'name'> = settings[name];
    const value = environment[name]?.trim() || setting.fallback;
    const problem = setting.check?.(value);
    if (problem) problems.push(`${name} ${problem}${setting.secret ? '' : ` (it is "${value}")`}`);
    return value;
  };
  const optional = (name: Name): string | undefined => read(name) || undefined;
  const dataDir = resolve(read('RAPPORT_DATA_DIR'));
  const port = Number(read('PORT'));
  const host = read('HOST');
  const mode = read('NODE_ENV');
  const config: Config = {
    port,
    host,
    dataDir,
    databaseUrl: optional('DATABASE_URL') ?? `sqlite:${dataDir}/rapport.db`,
    baseUrl: (optional('RAPPORT_BASE_URL') ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`).replace(
      /\/$/,
      '',
    ),
    secretKey: optional('RAPPORT_SECRET_KEY'),
    owner: { email: optional('RAPPORT_OWNER_EMAIL'), password: optional('RAPPORT_OWNER_PASSWORD') },
    passwordCost:
      mode === 'test' ? { memory: 8, passes: 1, parallelism: 1 } : { memory: 19_456, passes: 2, parallelism: 1 },
    trustedProxies: Number(read('RAPPORT_TRUSTED_PROXIES')),
    rateLimit: Number(read('RAPPORT_RATE_LIMIT')),
    smtpUrl: optional('SMTP_URL'),
    mailFrom: read('RAPPORT_MAIL_FROM'),
    timeZone: read('RAPPORT_TIME_ZONE'),
    production: mode === 'production',
    logLevel: read('RAPPORT_LOG_LEVEL') as LogLevel,
    pluginWorkers: Number(read('RAPPORT_PLUGIN_WORKERS')),
    allowPrivateHosts: read('RAPPORT_ALLOW_PRIVATE_HOSTS') === 'yes',
    fault: optional('FAULT'),
  };
  if (problems.length > 0) throw new ConfigProblems(problems);
  return config;
};

/** Every setting with its value and where it came from, secrets masked: `rapport config`. */
export const describeConfig = (environment: Environment): ConfigEntry[] =>
  (Object.entries(settings) as [Name, Omit<Setting, 'name'>][]).map(([name, setting]) => {
    const given = environment[name]?.trim();
    const value = given || setting.fallback;
    return {
      name,
      value: setting.secret && value ? '(set)' : value,
      source: given ? 'environment' : 'default',
      summary: setting.summary,
    };
  });
