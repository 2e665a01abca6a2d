import { expect } from 'vitest';
import { eachDatabase } from '../../../tests/support/databases.ts';
import { testPlatform } from '../../../tests/support/platform.ts';
import { createRunsStore } from './runs-store.ts';

eachDatabase('of each plugin the newest lines are kept, however many others log', async (on) => {
  await using platform = await testPlatform(on);
  const store = createRunsStore(platform.database.writer);
  const line = (plugin: string, n: number) => ({
    id: `${plugin} ${String(n).padStart(4, '0')}`,
    plugin,
    level: 'info',
    message: `line ${n}`,
    fields: null,
    at: n,
  });
  await store.insertLogs(Array.from({ length: 1200 }, (_, n) => line('acme/loud', n)));
  await store.insertLogs(Array.from({ length: 10 }, (_, n) => line('acme/calm', n)));
  await store.cap(10, new AbortController().signal);
  const kept = async (plugin: string) => (await store.listLogs(plugin, 200)).data.map(({ at }) => at);
  expect(await kept('acme/loud')).toEqual(Array.from({ length: 10 }, (_, n) => 1199 - n));
  expect(await kept('acme/calm')).toHaveLength(10);
});
