// The main road under load: orders posted over the API at a steady rate, each moving its customer into a segment that fires an alert
// that sends a mail. Measured from sending the POST to the moment a real mail server accepts the mail; other rules are active too.
import { setTimeout as wait } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';
import { startPostgres } from '../tests/support/postgres-server.ts';
import { defineBench, median, memoryMb, percentile, type Row } from './bench.ts';
import { cpuSeconds, createDriver, type Driver } from './load.ts';
import { signIn, startServer } from './server.ts';

const orders = 1000;
const perSecond = 50;
const otherRules = 99;
const patienceMs = 60_000;

export const journey = defineBench({
  name: 'journey',
  title: `${orders} orders at ${perSecond}/s, ${otherRules + 1} active segments: order → segment → alert → mail accepted`,
  run: async (): Promise<Row[]> => {
    const rows = await measure('SQLite', {});
    const postgres = await startPostgres();
    try {
      rows.push(...(await measure('PostgreSQL', { DATABASE_URL: postgres.url })));
    } finally {
      await postgres.stop();
    }
    return rows;
  },
});

const measure = async (name: string, environment: Record<string, string>): Promise<Row[]> => {
  const mail = await mailServer();
  const server = await startServer({ ...environment, SMTP_URL: mail.url, RAPPORT_ALLOW_PRIVATE_HOSTS: 'yes' });
  const driver = createDriver(server.url, await signIn(server.url), 32);
  await setUp(driver);

  const sentAt: number[] = [];
  const answered: number[] = [];
  const before = cpuSeconds(server.pid);
  const started = performance.now();
  const posts: Promise<void>[] = [];
  for (let n = 0; n < orders; n++) {
    const due = started + (n * 1000) / perSecond;
    if (due > performance.now()) await wait(due - performance.now());
    sentAt[n] = performance.now();
    posts.push(
      post(driver, '/orders', order(n, 10_000)).then(() => {
        answered[n] = performance.now() - sentAt[n]!;
      }),
    );
  }
  await Promise.all(posts);
  const end = performance.now() + patienceMs;
  while (mail.acceptedAt.size < orders && performance.now() < end) await wait(20);
  const cpuMs = ((cpuSeconds(server.pid) - before) * 1000) / orders;
  const memory = memoryMb(server.pid);
  driver.close();
  await server.stop();
  await mail.close();

  const missing = orders - mail.acceptedAt.size;
  if (missing > 0 || mail.repeated.count > 0)
    throw new Error(`${missing} mails are missing, ${mail.repeated.count} came twice.`);
  const took = sentAt.map((at, n) => mail.acceptedAt.get(address(n))! - at);
  const p95 = percentile(took, 95);
  return [
    {
      what: `${name}: POST of an order to its mail accepted, p95`,
      value: p95,
      unit: 'ms',
      target: '< 1,000 ms',
      met: p95 < 1000,
      memoryMb: memory,
    },
    { what: `${name}: the same, median`, value: median(took), unit: 'ms' },
    { what: `${name}: the same, longest`, value: Math.max(...took), unit: 'ms' },
    { what: `${name}: POST of an order answered, p95`, value: percentile(answered, 95), unit: 'ms' },
    { what: `${name}: CPU of the server for each order, all of it`, value: cpuMs, unit: 'ms' },
  ];
};

const address = (n: number): string => `c${n}@example.com`;

const order = (n: number, unitPrice: number) => ({
  externalId: `o${n}`,
  customer: { externalId: `c${n}` },
  currency: 'EUR',
  lines: [{ sku: 'tea', quantity: 1, unitPrice }],
});

const spentAtLeast = (total: number) => ({
  all: [{ fact: 'orders', params: { measure: 'sum', of: 'total' }, operator: 'greaterThanInclusive', value: total }],
});

const setUp = async (driver: Driver): Promise<void> => {
  for (let n = 0; n <= otherRules; n++) {
    // Only the first is ever reached: the others are asked about every order, and say no.
    const conditions = spentAtLeast(n === 0 ? 10_000 : 1_000_000 + n);
    await post(driver, '/segments', { key: `segment-${n}`, name: `Segment ${n}`, conditions });
    await post(driver, `/segments/segment-${n}/activate`, {});
  }
  const content = { subject: 'Welcome, {{customer.firstName}}', text: 'You are one of our best customers.' };
  await post(driver, '/alerts', {
    key: 'welcome',
    name: 'Welcome',
    trigger: { kind: 'segment', segment: 'segment-0', moment: 'entered' },
    actions: [{ kind: 'message', channel: 'email', purpose: 'marketing', content }],
  });
  await post(driver, '/alerts/welcome/activate', {});
  const consents = [{ channel: 'email', purpose: 'marketing', status: 'granted' }];
  for (let n = 0; n < orders; n++)
    await post(driver, '/customers', { externalId: `c${n}`, name: `Ada No${n}`, email: address(n), consents });
  await wait(3000);
};

const post = async (driver: Driver, path: string, body: unknown): Promise<void> => {
  const { status, body: text } = await driver.send('POST', `/api/v1${path}`, JSON.stringify(body));
  if (status >= 300) throw new Error(`POST ${path} answered ${status}: ${text.slice(0, 300)}`);
};

const mailServer = async () => {
  const acceptedAt = new Map<string, number>();
  const repeated = { count: 0 };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      stream.resume();
      stream.on('end', () => {
        const to = session.envelope.rcptTo[0]!.address;
        if (acceptedAt.has(to)) repeated.count++;
        else acceptedAt.set(to, performance.now());
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as { port: number };
  return {
    url: `smtp://127.0.0.1:${port}`,
    acceptedAt,
    repeated,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
};
