// A server is killed (SIGKILL) while it imports an upload, and started again: the import goes on by itself and counts every row once.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { openDatabase, query } from '../../core/index.ts';
import { testApp } from '../support/app.ts';
import { eachDatabase, type TestDatabase } from '../support/databases.ts';

const start = async (on: TestDatabase) => {
  const child = spawn(process.execPath, ['main.ts', 'start'], {
    env: {
      ...process.env,
      NODE_ENV: 'test',
      PORT: '0',
      DATABASE_URL: on.url,
      RAPPORT_DATA_DIR: on.folder,
      RAPPORT_LOG_LEVEL: 'error',
      RAPPORT_OWNER_EMAIL: 'owner@example.com',
      RAPPORT_OWNER_PASSWORD: 'correct horse battery',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const ready = /ready at (\S+)/.exec(line);
      if (ready) resolve(ready[1]!);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return {
    url,
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
};

eachDatabase(
  'a server killed while it imports goes on with the import when it is back',
  async (on) => {
    let token = '';
    {
      await using app = await testApp(on);
      token = await app.bearerToken(['imports:write', 'imports:read']);
    }
    const headers = { Authorization: `Bearer ${token}` };
    const rows = 20_000;
    const line = (i: number) => (i % 100 === 99 ? `C${i},bad` : `C${i},p${i}@example.com`);
    const file = `external id,email\n${Array.from({ length: rows }, (_, i) => line(i)).join('\n')}\n`;

    let server = await start(on);
    const show = async (id: string) =>
      (await (await fetch(`${server.url}/api/v1/imports/${id}`, { headers })).json()) as ReturnType<typeof JSON.parse>;
    try {
      const sent = await fetch(`${server.url}/api/v1/imports/customers`, { method: 'POST', headers, body: file });
      const { id } = (await sent.json()) as { id: string };
      expect(sent.status).toBe(202);
      let before = await show(id);
      while (before.read === 0) before = await show(id);
      await server.kill();
      expect(before.status).toBe('running');

      server = await start(on);
      let after = await show(id);
      for (const end = Date.now() + 60_000; after.status === 'running' && Date.now() < end; await wait(200))
        after = await show(id);
      expect(after).toMatchObject({
        status: 'done',
        read: rows,
        accepted: rows - rows / 100,
        rejected: rows / 100,
        created: { customers: rows - rows / 100 },
        rejectedBy: { EMAIL_INVALID: rows / 100 },
      });
      const database = await openDatabase(on.url);
      const counted = await query<{ count: number }>(database.writer, 'select count(*) as count from customers');
      await database.close();
      expect(counted[0]!.count).toBe(rows - rows / 100);
    } finally {
      await server.kill();
    }
  },
  120_000,
);
