// What plugins are told and do on their own time: notices after commit, one job per plugin, in order per customer; schedules, one job
// per due moment whatever number of nodes ticks.
import { offersOf } from '@rapport/sdk';
import { type Notice as HookNotice, hookNamed, hooks } from '@rapport/sdk/hooks';
import { Cron } from 'croner';
import { toIso } from '../../data/column.ts';
import { transact } from '../../data/transact.ts';
import { dueNow } from '../../jobs/cron.ts';
import { GiveUp, NotNow } from '../../jobs/jobs.ts';
import type { Consumer, Notice } from '../../jobs/outbox.ts';
import { defineJob } from '../../module.ts';
import type { Platform } from '../../platform.ts';
import type { Causes } from '../capabilities/causes.ts';
import { createPluginStore, type Installed } from '../packages/store.ts';
import type { Calls } from './calls.ts';
import { type Enabled, isHeld, offeredBy, pluginsGeneration, type Registry } from './registry.ts';

const noticeQueue = 'plugin-notices';
const scheduleQueue = 'plugin-schedules';

type NoticeJob = { plugin: string; notice: HookNotice };
type ScheduleJob = { plugin: string; key: string; hook: string; at: string };

export const createDeliveries = (deps: {
  platform: Platform;
  registry: Registry;
  calls: () => Calls;
  causes: Causes;
}) => {
  const { jobs, database, clock, log } = deps.platform;
  let crons: Cron[] = [];
  const isSubscriber = (plugin: Installed): boolean => plugin.status === 'enabled' || isHeld(plugin);

  const consumer: Consumer = {
    name: 'plugins',
    topics: {
      generation: pluginsGeneration,
      read: async (db) =>
        (await createPluginStore(db).list())
          .filter(isSubscriber)
          .flatMap((plugin) => offeredBy(plugin).map(({ hook }) => hook)),
    },
    handle: ({ id, topic, customerId, payload, at }: Notice) =>
      transact(database.writer, async (trx) => {
        const notice: HookNotice = { id, topic, customerId, at: toIso(at), payload };
        const subscribed = (await createPluginStore(trx).list())
          .filter(isSubscriber)
          .filter((plugin) => offeredBy(plugin).some(({ hook }) => hook === topic));
        await jobs.enqueue(
          trx,
          ...subscribed.map(({ id: plugin }) => ({
            queue: noticeQueue,
            key: `${plugin} ${customerId ?? id}`,
            uniqueKey: `${plugin} ${id}`,
            payload: { plugin, notice } satisfies NoticeJob,
          })),
        );
      }),
  };

  /** One that is unavailable is asked again later, without using up an attempt; a failure is tried again and ends as a dead letter. */
  const deliver = async (hook: string, plugin: string, provider: string, input: unknown, depth = 0): Promise<void> => {
    const spec = hookNamed(hook);
    if (!spec) throw new GiveUp(`There is no hook ${hook}.`);
    const outcome = await deps.calls().run(spec, input as never, { plugin, provider, depth });
    if (outcome.kind === 'ok' || outcome.kind === 'declined') return;
    if (outcome.kind === 'unavailable') throw new NotNow(outcome.reason, outcome.until);
    if (outcome.kind === 'denied') throw new GiveUp(`denied: ${outcome.reason}`);
    throw new Error(`${outcome.kind}: ${outcome.reason}`);
  };

  const notices = defineJob<NoticeJob>({
    queue: noticeQueue,
    concurrency: 8,
    subject: ({ notice }) => (notice.customerId === null ? [] : [notice.customerId]),
    // It waits while the plugin is off or its upgrade waits for consent; what was removed, or offers it no more, gets nothing.
    handle: async ({ plugin, notice }) => {
      await deps.registry.current();
      if (deps.registry.offerOf(notice.topic, plugin, '') === undefined)
        return log.info({ plugin, topic: notice.topic }, 'a notice was dropped: its plugin is gone');
      return deliver(notice.topic, plugin, '', notice, deps.causes.depthOf(eventIn(notice)));
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

  return {
    consumer,
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

const eventIn = ({ payload }: HookNotice): string | undefined =>
  (payload as { event?: { id?: string } } | null)?.event?.id;
