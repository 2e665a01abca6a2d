// Fills an empty Rapport with the shop: imports its files, then sets up what a marketing team would, over the API.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ApiError } from '@rapport/sdk/client';
import { modelTrain } from '@rapport/sdk/hooks';
import {
  activateAlert,
  activatePromotion,
  activateSegment,
  addPromotionCodes,
  consentToPlugin,
  createAlert,
  createAttribute,
  createPromotion,
  createSegment,
  createTemplate,
  getJob,
  getSegment,
  listPlugins,
  listSegmentTemplates,
  runScorer,
  upsertCustomers,
} from '@rapport/sdk/routes';
import type { Rapport } from '../rapport.ts';
import type { Api } from './api.ts';
import { mappings, type ShopFiles, type Subscriber, writeShop } from './files.ts';
import { alerts, attribute, promotions, readyMade, segments, templates } from './rules.ts';
import { makeShop, type ShopOptions } from './shop.ts';

type Say = (text: string) => void;

export const furnish = async (
  rapport: Rapport,
  api: Api,
  options: Partial<ShopOptions> & { until: number; say: Say },
): Promise<void> => {
  const { say, until, ...size } = options;
  const folder = join(rapport.platform.config.dataDir, 'demo');
  say('Making the shop: products, customers, what they bought and did …');
  const shop = makeShop(until, size);
  const { files, subscribers } = await writeShop(shop, folder);
  await api.call(createAttribute, { body: attribute });
  await importFiles(rapport, files, say);
  await subscribe(api, subscribers);
  say(`Noted the consent of ${subscribers.length.toLocaleString('en')} newsletter subscribers.`);
  await switchOnPlugins(api, say);
  await train(rapport, say);
  await writeRules(api, say);
  await rm(folder, { recursive: true, force: true });
};

const importFiles = async (rapport: Rapport, files: ShopFiles, say: Say): Promise<void> => {
  for (const what of ['products', 'customers', 'orders', 'events'] as const) {
    const started = performance.now();
    const { import: row } = await rapport.imports.runFile(
      {
        what,
        path: files[what],
        fileName: `${what}.csv`,
        settings: { mapping: JSON.stringify(mappings[what]) },
        dryRun: false,
      },
      {},
    );
    if (row.status !== 'done') throw new Error(`The import of ${what} ended as ${row.status}.`);
    const seconds = (performance.now() - started) / 1000;
    const { read, accepted, rejected } = row;
    say(
      `Imported ${what}: ${read.toLocaleString('en')} rows read, ${accepted.toLocaleString('en')} accepted, ${rejected} rejected, ${Math.round(read / seconds).toLocaleString('en')} rows/s.`,
    );
  }
};

const subscribe = async (api: Api, subscribers: Subscriber[]): Promise<void> => {
  for (let i = 0; i < subscribers.length; i += 1000) {
    const rows = subscribers.slice(i, i + 1000).map(({ externalId, since }) => ({
      externalId,
      consents: [
        {
          channel: 'email',
          purpose: 'marketing',
          status: 'granted' as const,
          source: 'newsletter form',
          proof: 'double opt-in',
          changedAt: since,
        },
      ],
    }));
    await api.call(upsertCustomers, { body: rows });
  }
};

const switchOnPlugins = async (api: Api, say: Say): Promise<void> => {
  const plugins = (await api.call(listPlugins, {})).data;
  const names: string[] = [];
  for (const plugin of plugins) {
    // The webhook channel waits for an address; only its owner knows one.
    if (plugin.id === 'rapport/channel-webhook') continue;
    if (plugin.status !== 'enabled')
      await api.call(consentToPlugin, { params: { id: plugin.id.replace('/', '~') }, body: { enable: true } });
    names.push(plugin.id);
  }
  say(`Switched on the plugins ${names.join(', ')}.`);
  const { job } = await api.call(runScorer, { params: { id: 'rfm' }, body: {} });
  await finished(api, job);
  say('Scored all customers by recency, frequency and money.');
};

// At night by schedule; the demo does not wait for the night.
const train = async (rapport: Rapport, say: Say): Promise<void> => {
  const at = new Date(rapport.platform.clock.now()).toISOString();
  const outcomes = await rapport.core.hooks.collect(modelTrain, { at }, { plugin: 'rapport/recommender' });
  for (const outcome of outcomes)
    if (outcome.kind !== 'ok') throw new Error(`Training ended as ${outcome.kind}: ${outcome.reason}`);
  say('Built the models of the recommender.');
};

const writeRules = async (api: Api, say: Say): Promise<void> => {
  for (const template of templates) await once(api.call(createTemplate, { body: template }));
  const catalogue = (await api.call(listSegmentTemplates, {})).data;
  const chosen = catalogue
    .filter(({ key }) => readyMade.includes(key))
    .map(({ key, title, summary, conditions }) => ({ key, name: title, description: summary, conditions }));
  const all = [...chosen, ...segments];
  for (const segment of all) {
    await once(api.call(createSegment, { body: segment }));
    const active = await api.call(activateSegment, { params: { key: segment.key }, body: {} });
    if (active.buildJob) await finished(api, active.buildJob);
  }
  const sizes = await Promise.all(all.map(async ({ key }) => api.call(getSegment, { params: { key } })));
  say(
    `Activated ${all.length} segments: ${sizes.map(({ name, members }) => `${name} ${members.toLocaleString('en')}`).join(', ')}.`,
  );
  for (const promotion of promotions) {
    await once(api.call(createPromotion, { body: promotion }));
    if (promotion.key === 'welcome5')
      await api.call(addPromotionCodes, { params: { key: promotion.key }, body: { codes: ['WELCOME'] } });
    await api.call(activatePromotion, { params: { key: promotion.key }, body: {} });
  }
  for (const alert of alerts) {
    await once(api.call(createAlert, { body: alert }));
    await api.call(activateAlert, { params: { key: alert.key }, body: {} });
  }
  say(`Activated ${promotions.length} promotions and ${alerts.length} alerts.`);
};

// A start that was stopped half-way goes on where it was.
const once = async (call: Promise<unknown>): Promise<void> => {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 409)) throw error;
  }
};

export const finished = async (api: Api, id: string): Promise<void> => {
  for (;;) {
    const job = await api.call(getJob, { params: { id } }).catch((error: unknown) => {
      // Jobs that keep no result are gone when done.
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    });
    if (!job || job.status === 'done') return;
    if (job.status === 'dead') throw new Error(`A job failed: ${job.lastError}`);
    await wait(100);
  }
};
