// How the process ends: what runs is finished, nobody waits for a second signal, and a start that cannot be says why in a line.
import { once } from 'node:events';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { expect, test, vi } from 'vitest';
import { createTestDatabase, eachDatabase } from '../support/databases.ts';
import { expectSound, withPlatform } from '../support/invariants.ts';
import { ownerLogin, runCommand, startProcess } from '../support/process.ts';

/** A request whose body is on its way: the first half is sent, `finish` sends the rest and answers the status. */
const halfSent = async (url: string, path: string, body: string) => {
  const { hostname, port } = new URL(url);
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    // Answered as soon as the server has the head: from then on the request runs.
    expect: '100-continue',
  };
  const sent = request({ hostname, port, path, method: 'POST', headers, agent: false });
  const answered = once(sent, 'response') as Promise<[{ statusCode: number; resume: () => void }]>;
  answered.catch(() => {});
  sent.flushHeaders();
  await once(sent, 'continue');
  sent.write(body.slice(0, body.length >> 1));
  return {
    finish: async (): Promise<number> => {
      sent.end(body.slice(body.length >> 1));
      const [response] = await answered;
      response.resume();
      return response.statusCode;
    },
  };
};

const connectTo = async (url: string): Promise<void> => {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, 'connect');
  socket.destroy();
};

const patience = { timeout: 20_000, interval: 20 };

/** Until nobody can connect any more: the signal was heeded. */
const refused = (url: string): Promise<void> =>
  vi.waitFor(() => expect(connectTo(url)).rejects.toThrow(/ECONNREFUSED/), patience);

eachDatabase('SIGTERM lets running requests end, takes no new ones, and exits with 0', async (on) => {
  await using server = await startProcess(on);
  const ask = await server.signIn();
  let accepted = 0;
  let writing = true;
  const writers = Array.from({ length: 8 }, async (_, n) => {
    for (let i = 0; writing; i++) {
      const reply = await ask('POST', '/customers', { name: `Customer ${n}-${i}` }).catch(() => undefined);
      // No connection any more: nothing was accepted.
      if (reply === undefined) return;
      expect(reply.status).toBe(201);
      accepted++;
    }
  });
  await vi.waitFor(() => expect(accepted).toBeGreaterThan(0), patience);
  const slow = await halfSent(server.url, '/api/v1/login', JSON.stringify(ownerLogin));
  const began = Date.now();
  server.signal('SIGTERM');
  await refused(server.url);
  expect(await slow.finish()).toBe(200);
  expect(await server.ended).toEqual({ code: 0, signal: null });
  expect(Date.now() - began).toBeLessThan(9000);
  writing = false;
  await Promise.all(writers);
  expect(accepted).toBeGreaterThan(0);
  const kept = await withPlatform(on, ({ database }) => database.reader('customers').count({ n: '*' }).first());
  expect(Number(kept?.n)).toBeGreaterThanOrEqual(accepted);
  await expectSound(on);
});

test('a second SIGINT ends at once, and what was accepted is there', async () => {
  await using on = await createTestDatabase('sqlite');
  await using server = await startProcess(on);
  const ask = await server.signIn();
  expect((await ask('POST', '/customers', { name: 'Ada' })).status).toBe(201);
  const slow = await halfSent(server.url, '/api/v1/login', JSON.stringify(ownerLogin));
  server.signal('SIGINT');
  await refused(server.url);
  const began = Date.now();
  server.signal('SIGINT');
  expect(await server.ended).toEqual({ code: null, signal: 'SIGINT' });
  expect(Date.now() - began).toBeLessThan(2000);
  await expect(slow.finish()).rejects.toThrow();
  const kept = await withPlatform(on, ({ database }) => database.reader('customers').select('name'));
  expect(kept).toEqual([{ name: 'Ada' }]);
  await expectSound(on);
});

test('a port in use is one line and exit code 1', async () => {
  await using on = await createTestDatabase('sqlite');
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const ended = await runCommand(on, ['start'], { PORT: String(port) });
  other.close();
  expect(ended.code).toBe(1);
  expect(ended.err.trim()).toBe(
    `Port ${port} on 127.0.0.1 is in use. Set PORT to another one, or to 0 for any that is free.`,
  );
});

test('a start that cannot be says why, without a stack, and exits with 1', { timeout: 120_000 }, async () => {
  await using on = await createTestDatabase('sqlite');
  const wrong: [Record<string, string>, RegExp][] = [
    [{ PORT: 'abc' }, /^The configuration is wrong:\n {2}- PORT must be a whole number.*\(it is "abc"\)$/],
    [{ PORT: '-1', SMTP_URL: 'http://x' }, /PORT must be[^\n]*\n[^\n]*SMTP_URL must start/],
    [{ RAPPORT_OWNER_PASSWORD: 'short' }, /RAPPORT_OWNER_PASSWORD must have at least 12 characters$/],
    [{ DATABASE_URL: 'mysql://x' }, /DATABASE_URL must start with/],
    [
      { DATABASE_URL: 'postgres://nobody:secret-word@127.0.0.1:1/x' },
      /^The database cannot be opened: .*127\.0\.0\.1:1/,
    ],
    [{ DATABASE_URL: 'postgres://nobody:secret-word@localhost:1/x' }, /^The database cannot be opened: .*:1/],
    [{ DATABASE_URL: 'sqlite:/dev/null/x/rapport.db' }, /^The database cannot be opened: .*\/dev\/null/],
    [{ RAPPORT_SECRET_KEY: 'short' }, /RAPPORT_SECRET_KEY must be 32 bytes/],
  ];
  for (const [environment, said] of wrong) {
    const ended = await runCommand(on, ['start'], environment);
    expect({ environment, code: ended.code }).toEqual({ environment, code: 1 });
    expect(ended.err.trim()).toMatch(said);
    expect(ended.err).not.toMatch(/\n\s+at |secret-word/);
  }
  expect(await runCommand(on, ['dance'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('no command "dance"'),
  });
});
