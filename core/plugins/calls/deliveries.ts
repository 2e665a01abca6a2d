// What plugins are told and do on their own time: notices after commit, one job per plugin, in order per customer; schedules, one job
// per due moment whatever number of nodes ticks.
import { offersOf } from '@rapport/sdk';
import { type Notice as HookNotice, hookNamed, hooks } from '@rapport/sdk/hooks';
import { Cron } from 'croner';
import { toIso } from '../../data/column.ts';
import type { Db } from '../../data/database.ts';
import { transact } from '../../data/transact.ts';
import { dayMs } from '../../declared.ts';
import { dueNow } from '../../jobs/cron.ts';
import { GiveUp, NotNow } from '../../jobs/jobs.ts';
import type { Consumer, Notice } from '../../jobs/outbox.ts';
import { defineJob } from '../../module.ts';
import type { Platform } from '../../platform.ts';
import type { WaitingNotices } from '../packages/present.ts';
import { createPluginStore, type Installed } from '../packages/store.ts';
import { type Calls, isChainEnd } from './calls.ts';
import { type Enabled, offeredBy, pluginsGeneration, type Registry } from './registry.ts';
import type { Runs } from './runs.ts';

const noticeQueue = 'plugin-notices';
/**
 * Notices wait for a plugin that is off, waits for consent or has an open circuit: so long (ms), and so many for one plugin. What
 * is not kept is counted among the plugin's runs.
 */
export const noticeLimits = { waitMs: 30 * dayMs, waiting: 50_000 };
/** Switching a plugin on wakes its notices; this is for what that missed. Ms. */
const offMs = 3_600_000;
// A count of what waits is used for so long (ms): the limit is that exact.
const countedMs = 5000;
const scheduleQueue = 'plugin-schedules';

type NoticeJob = { plugin: string; notice: HookNotice };
type ScheduleJob = { plugin: string; key: string; hook: string; at: string };

export const createDeliveries = (deps: {
  platform: Platform;
  registry: Registry;
  runs: Pick<Runs, 'record'>;
  calls: () => Calls;
}) => {
  const { jobs, database, clock, log } = deps.platform;
  let crons: Cron[] = [];
  let counted: { at: number; counts: Map<string, number> } | undefined;

  /** Room for one more notice of a plugin; what comes beyond is counted and dropped. */
  const isKept = async (trx: Db, { id, version }: Installed, topic: string): Promise<boolean> => {
    if (!counted || clock.now() - counted.at > countedMs) {
      const groups = await jobs.countGroups(trx, noticeQueue);
      counted = { at: clock.now(), counts: new Map(groups.map(({ group, count }) => [group, count])) };
    }
    const waiting = counted.counts.get(id) ?? 0;
    counted.counts.set(id, waiting + 1);
    if (waiting < noticeLimits.waiting) return true;
    countDropped(id, version, topic, `${noticeLimits.waiting} wait for it already.`);
    return false;
  };
  const countDropped = (plugin: string, version: string, hook: string, why: string): void =>
    deps.runs.record({
      plugin,
      version,
      hook,
      provider: '',
      outcome: 'limit',
      reason: `A notice was dropped: ${why}`,
      wallMs: 0,
      cpuMs: 0,
    });

  const consumer: Consumer = {
    name: 'plugins',
    topics: {
      generation: pluginsGeneration,
      // Also of plugins that are off: what happens meanwhile waits for them.
      read: async (db) =>
        (await createPluginStore(db).list()).flatMap((plugin) => offeredBy(plugin).map(({ hook }) => hook)),
    },
    handle: ({ id, topic, customerId, payload, at }: Notice) =>
      transact(database.writer, async (trx) => {
        const notice: HookNotice = { id, topic, customerId, at: toIso(at), payload };
        for (const plugin of await createPluginStore(trx).list()) {
          if (!offeredBy(plugin).some(({ hook }) => hook === topic) || !(await isKept(trx, plugin, topic))) continue;
          await jobs.enqueue(trx, {
            queue: noticeQueue,
            key: `${plugin.id} ${customerId ?? id}`,
            uniqueKey: `${plugin.id} ${id}`,
            group: plugin.id,
            payload: { plugin: plugin.id, notice } satisfies NoticeJob,
          });
        }
      }),
  };

  /** One that is unavailable is asked again later, without using up an attempt; a failure is tried again and ends as a dead letter. */
  const deliver = async (hook: string, plugin: string, provider: string, input: unknown): Promise<void> => {
    const spec = hookNamed(hook);
    if (!spec) throw new GiveUp(`There is no hook ${hook}.`);
    const outcome = await deps.calls().run(spec, input as never, { plugin, provider });
    if (outcome.kind === 'ok' || outcome.kind === 'declined') return;
    if (isChainEnd(outcome)) return;
    if (outcome.kind === 'unavailable') throw new NotNow(outcome.reason, outcome.until);
    if (outcome.kind === 'denied') throw new GiveUp(`denied: ${outcome.reason}`);
    throw new Error(`${outcome.kind}: ${outcome.reason}`);
  };

  const notices = defineJob<NoticeJob>({
    queue: noticeQueue,
    concurrency: 8,
    subject: ({ notice }) => (notice.customerId === null ? [] : [notice.customerId]),
    putOffMs: noticeLimits.waitMs,
    // It waits while the plugin is off or its upgrade waits for consent; what was removed, or offers it no more, gets nothing.
    handle: async ({ plugin, notice }, { job }) => {
      const { topic } = notice;
      await deps.registry.current();
      const offer = deps.registry.offerOf(topic, plugin, '');
      if (offer === undefined) return log.info({ plugin, topic }, 'a notice was dropped: its plugin is gone');
      try {
        if (offer === 'off') throw new NotNow('It is switched off.', clock.now() + offMs);
        await deliver(topic, plugin, '', notice);
      } catch (error) {
        if (!(error instanceof NotNow) || !job.overdue) throw error;
        const version = offer === 'off' ? '' : offer.plugin.version;
        countDropped(plugin, version, topic, `it waited for ${noticeLimits.waitMs / dayMs} days.`);
      }
    },
  });
  const schedules = defineJob<ScheduleJob>({
    queue: scheduleQueue,
    concurrency: 2,
    leaseMs: 60_000,
    keep: true,
    handle: ({ plugin, key, hook, at }) => deliver(hook, plugin, key, { at }),
  });

  const plan = ({ plugin, grant }: Enabled): { plugin: string; key: string; hook: string; cron: string }[] =>
    hooks
      .filter(({ scope }) => grant.has(scope))
      .flatMap((hook) =>
        offersOf(hook, plugin.manifest.provides).flatMap(({ key, cron, member }) =>
          // Scorers have clocks of their own (modules/insights): training one is the first half of a run over everybody.
          cron === undefined || member === 'scorers' ? [] : [{ plugin: plugin.id, key, hook: hook.name, cron }],
        ),
      );

  const tick = async (self: Cron, due: Omit<ScheduleJob, 'at'>): Promise<void> => {
    const at = dueNow(self);
    await deps.registry.current();
    // Another node changed the plugin a moment ago: this clock is of the past.
    if (!crons.includes(self)) return;
    const uniqueKey = `${due.plugin} ${due.hook} ${due.key} ${at.slice(0, 16)}`;
    const payload = { ...due, at } satisfies ScheduleJob;
    await jobs.enqueue(database.writer, { queue: scheduleQueue, uniqueKey, maxAttempts: 3, payload });
  };

  const waitingNotices: WaitingNotices = {
    resume: (trx, plugin) => jobs.hasten(trx, noticeQueue, plugin),
    drop: (trx, plugin) => jobs.drop(trx, noticeQueue, plugin),
    count: async (db) =>
      new Map((await jobs.countGroups(db, noticeQueue)).map(({ group, ...waiting }) => [group, waiting])),
  };

  return {
    consumer,
    waitingNotices,
    jobs: [notices, schedules],
    /** Makes the clocks of the plugins that are on; the old ones stop. */
    schedule: (enabled: Enabled[]): void => {
      for (const cron of crons) cron.stop();
      crons = enabled.flatMap(plan).map(
        ({ cron, ...due }) =>
          new Cron(cron, { timezone: 'UTC', unref: true }, (self) => {
            tick(self, due).catch((error: unknown) =>
              log.error({ err: error, ...due }, 'a schedule could not be enqueued'),
            );
          }),
      );
    },
    stop: (): void => {
      for (const cron of crons) cron.stop();
    },
  };
};
