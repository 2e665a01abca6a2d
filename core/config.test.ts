// Settings: each has a default that works, reaches the configuration, refuses what is wrong with a sentence, and is in the manual.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Config, ConfigProblems, describeConfig, readConfig } from './config.ts';

type Row = {
  good: string;
  /** What of the configuration the good value is seen in. */
  seen: (config: Config) => unknown;
  expected: unknown;
  bad: readonly string[];
};

const key = Buffer.alloc(32, 7).toString('base64');
/** One row for each setting; a setting without one fails below. */
const rows: Record<string, Row> = {
  PORT: { good: '0', seen: ({ port }) => port, expected: 0, bad: ['65536', '-1', '80a', '3.5'] },
  HOST: { good: '::1', seen: ({ baseUrl }) => baseUrl, expected: 'http://[::1]:3000', bad: [] },
  RAPPORT_DATA_DIR: { good: 'some/where', seen: ({ dataDir }) => dataDir, expected: resolve('some/where'), bad: [] },
  DATABASE_URL: {
    good: 'postgresql://u:p@h/d',
    seen: ({ databaseUrl }) => databaseUrl,
    expected: 'postgresql://u:p@h/d',
    bad: ['mysql://h/d', 'rapport.db'],
  },
  RAPPORT_BASE_URL: {
    good: 'https://crm.example.com/',
    seen: ({ baseUrl }) => baseUrl,
    expected: 'https://crm.example.com',
    bad: ['crm.example.com', 'ftp://crm.example.com'],
  },
  RAPPORT_SECRET_KEY: {
    good: key,
    seen: ({ secretKey }) => secretKey,
    expected: key,
    bad: ['short', Buffer.alloc(33, 7).toString('base64')],
  },
  RAPPORT_OWNER_EMAIL: {
    good: 'a@b.example',
    seen: ({ owner }) => owner.email,
    expected: 'a@b.example',
    bad: ['nobody', 'a b@c'],
  },
  RAPPORT_OWNER_PASSWORD: {
    good: 'twelve chars',
    seen: ({ owner }) => owner.password,
    expected: 'twelve chars',
    bad: ['eleven char'],
  },
  RAPPORT_TRUSTED_PROXIES: {
    good: '2',
    seen: ({ trustedProxies }) => trustedProxies,
    expected: 2,
    bad: ['11', 'yes', '-1'],
  },
  RAPPORT_RATE_LIMIT: { good: '0', seen: ({ rateLimit }) => rateLimit, expected: 0, bad: ['10000001', 'none', '1e3'] },
  SMTP_URL: {
    good: 'smtps://u:p@mail.example:465',
    seen: ({ smtpUrl }) => smtpUrl,
    expected: 'smtps://u:p@mail.example:465',
    bad: ['mail.example', 'http://mail.example'],
  },
  RAPPORT_MAIL_FROM: {
    good: 'Ada <ada@b.example>',
    seen: ({ mailFrom }) => mailFrom,
    expected: 'Ada <ada@b.example>',
    bad: [],
  },
  RAPPORT_TIME_ZONE: {
    good: 'Asia/Shanghai',
    seen: ({ timeZone }) => timeZone,
    expected: 'Asia/Shanghai',
    bad: ['Mars/Olympus', 'Europe/Londn'],
  },
  RAPPORT_LOG_LEVEL: { good: 'silent', seen: ({ logLevel }) => logLevel, expected: 'silent', bad: ['trace', 'INFO'] },
  RAPPORT_PLUGIN_WORKERS: { good: '64', seen: ({ pluginWorkers }) => pluginWorkers, expected: 64, bad: ['0', '65'] },
  RAPPORT_ALLOW_PRIVATE_HOSTS: {
    good: 'yes',
    seen: ({ allowPrivateHosts }) => allowPrivateHosts,
    expected: true,
    bad: ['true', '1'],
  },
  NODE_ENV: { good: 'production', seen: ({ production }) => production, expected: true, bad: ['prod', 'staging'] },
  FAULT: { good: 'after-commit', seen: ({ fault }) => fault, expected: 'after-commit', bad: [] },
};

const names = describeConfig({}).map(({ name }) => name);
// For the test packs of Rapport itself.
const notForOperators = new Set(['FAULT']);

const problemsOf = (environment: Record<string, string>): string[] => {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigProblems);
    return (error as ConfigProblems).problems;
  }
};

test('every setting is in the table of this test, and none that is gone', () => {
  expect(Object.keys(rows).toSorted()).toEqual(names.toSorted());
});

describe.each(names)('%s', (name) => {
  const { good, seen, expected, bad } = rows[name]!;

  test('has an effect, and white space around it has none', () => {
    expect(seen(readConfig({}))).not.toEqual(expected);
    expect(seen(readConfig({ [name]: good }))).toEqual(expected);
    expect(seen(readConfig({ [name]: `  ${good}\n` }))).toEqual(expected);
    expect(seen(readConfig({ [name]: '   ' }))).toEqual(seen(readConfig({})));
  });

  test('refuses what is wrong in a sentence that begins with its name', () => {
    for (const value of bad) {
      const problems = problemsOf({ [name]: value });
      expect([value, problems]).toEqual([value, [expect.stringMatching(new RegExp(`^${name} must .+`))]]);
    }
  });

  test('says in the list of settings where its value is from', () => {
    const entry = (environment: Record<string, string>) =>
      describeConfig(environment).find((each) => each.name === name)!;
    expect(entry({}).source).toBe('default');
    expect(entry({ [name]: good }).source).toBe('environment');
    expect(entry({}).summary).toMatch(/\.$/);
  });

  test('is in the manual', () => {
    if (notForOperators.has(name)) return;
    expect(readFileSync('docs/operations.md', 'utf8')).toContain(`\`${name}\``);
  });
});

test('all problems are said at once, one line each', () => {
  const environment = {
    PORT: 'x',
    RAPPORT_LOG_LEVEL: 'loud',
    RAPPORT_TIME_ZONE: 'Nowhere',
    SMTP_URL: 'mail',
    NODE_ENV: 'x',
  };
  const problems = problemsOf(environment);
  expect(problems.map((problem) => problem.split(' ')[0]).toSorted()).toEqual(Object.keys(environment).toSorted());
  expect(() => readConfig(environment)).toThrow(`The configuration is wrong:\n  - ${problems[0]}\n`);
});

test('secrets are neither in the list nor in a problem', () => {
  const secrets = {
    RAPPORT_SECRET_KEY: 'hush-hush-hush',
    RAPPORT_OWNER_PASSWORD: 'tooshort',
    SMTP_URL: 'http://user:hunter2@mail.example',
  };
  expect(JSON.stringify(describeConfig(secrets))).not.toMatch(/hush|tooshort|hunter2/);
  expect(problemsOf(secrets)).toHaveLength(3);
  expect(problemsOf(secrets).join()).not.toMatch(/hush|tooshort|hunter2/);
});

test('the public address follows host and port when it is not set', () => {
  expect(readConfig({ HOST: '0.0.0.0', PORT: '8080' }).baseUrl).toBe('http://0.0.0.0:8080');
  expect(readConfig({ HOST: 'fe80::1', PORT: '1' }).baseUrl).toBe('http://[fe80::1]:1');
});
