// Which scorers there are, which plugin is asked for each, and when it is due: what manifests say, and what administrators changed.
// Of several plugins that offer one scorer the one installed first is asked (among those of one moment, by id), unless an
// administrator chose another; a choice that is not there any more counts as none.

import { customersScore, modelTrain } from '@rapport/sdk/hooks';
import type { Manifest, NewScorerSchedule, Scorer, ScorerSchedule } from '@rapport/sdk/schemas';
import { type Actor, type Hooks, type Installed, isCron, type Platform, transact } from '../../core/index.ts';
import { ScheduleInvalid, ScorerNotFound } from './errors.ts';
import { createScorerStore, never, type SettingsRow } from './scorers-store.ts';

type Declared = NonNullable<Manifest['provides']['scorers']>[number];
/** What one plugin's manifest says of one scorer. */
export type Offer = { plugin: string; version: string; declared: Declared };
/** A scorer with the plugin that is asked. */
export type Chosen = Offer & {
  scorer: string;
  plugins: string[];
  trains: boolean;
  schedule: ScorerSchedule;
};

export type Scorers = ReturnType<typeof createScorers>;

export const createScorers = (platform: Platform, deps: { hooks: Hooks; enabled: () => readonly Installed[] }) => {
  const { database, clock, audit } = platform;

  /** By scorer; the one installed first in front. Without the database: for every change of a customer. */
  const offers = (): Map<string, Offer[]> => {
    const mayScore = new Set(
      deps.hooks.providersOf(customersScore.name).map(({ plugin, provider }) => `${plugin} ${provider}`),
    );
    const all = deps
      .enabled()
      .toSorted((a, b) => a.installedAt - b.installedAt || (a.id < b.id ? -1 : 1))
      .flatMap(({ id: plugin, version, manifest }) =>
        (manifest.provides.scorers ?? []).map((declared): Offer => ({ plugin, version, declared })),
      )
      .filter(({ plugin, declared }) => mayScore.has(`${plugin} ${declared.key}`));
    return Map.groupBy(all, ({ declared }) => declared.key);
  };

  const choose = (scorer: string, offered: Offer[], settings: SettingsRow | undefined): Chosen => {
    const offer = offered.find(({ plugin }) => plugin === settings?.plugin) ?? offered[0]!;
    const { declared, plugin } = offer;
    const trains = deps.hooks.providersOf(modelTrain.name, { plugin, provider: scorer }).length > 0;
    const cronOf = (set: string | null | undefined, manifest: string | undefined): string | null =>
      set === never ? null : (set ?? manifest ?? null);
    return {
      ...offer,
      scorer,
      plugins: offered.map((one) => one.plugin),
      trains,
      schedule: {
        train: trains ? cronOf(settings?.train, declared.train) : null,
        score: cronOf(settings?.score, declared.score),
        tell: settings?.tell ?? true,
        plugin: settings?.plugin ?? null,
      },
    };
  };

  const list = async (): Promise<Chosen[]> => {
    await deps.hooks.current();
    const settings = new Map((await createScorerStore(database.reader).listSettings()).map((row) => [row.scorer, row]));
    return [...offers()]
      .map(([scorer, offered]) => choose(scorer, offered, settings.get(scorer)))
      .toSorted((a, b) => (a.scorer < b.scorer ? -1 : 1));
  };
  const find = async (scorer: string): Promise<Chosen | undefined> => {
    await deps.hooks.current();
    return offers().has(scorer) ? (await list()).find((one) => one.scorer === scorer) : undefined;
  };
  const get = async (scorer: string): Promise<Chosen> => {
    const found = await find(scorer);
    if (!found) throw new ScorerNotFound(scorer);
    return found;
  };

  const check = ({ plugins, trains }: Chosen, { train, score, plugin }: NewScorerSchedule): void => {
    for (const [member, pattern] of Object.entries({ train, score }))
      if (typeof pattern === 'string' && !isCron(pattern))
        throw new ScheduleInvalid(`"${pattern}" is not a cron pattern of five fields.`, { pointer: `/${member}` });
    if (typeof train === 'string' && !trains)
      throw new ScheduleInvalid('This scorer builds no model; give score.', { pointer: '/train' });
    if (typeof plugin === 'string' && !plugins.includes(plugin))
      throw new ScheduleInvalid(`${plugin} is not on, or does not offer this scorer.`, { pointer: '/plugin' });
  };

  return {
    list,
    find,
    get,
    /** Scorers that can be asked about one customer when this happens. A plugin that is not the chosen one may be among them. */
    touchedBy: (touch: 'orders' | 'events' | 'any'): string[] =>
      [...offers()].flatMap(([scorer, offered]) =>
        offered.some(({ declared: { incremental = [] } }) =>
          touch === 'any' ? incremental.length > 0 : incremental.includes(touch),
        )
          ? [scorer]
          : [],
      ),
    /**
     * Replaces the schedule: what is absent is the manifest's again, null switches a clock off. Throws
     * SCORER_NOT_FOUND, and SCORER_SCHEDULE_INVALID with a pointer to the member.
     */
    schedule: async (scorer: string, wanted: NewScorerSchedule, actor: Actor): Promise<ScorerSchedule> => {
      check(await get(scorer), wanted);
      const { tell = true, plugin = null } = wanted;
      const stored = (cron: string | null | undefined): string | null => (cron === null ? never : (cron ?? null));
      await transact(database.writer, async (trx) => {
        await createScorerStore(trx).putSettings({
          scorer,
          plugin,
          train: stored(wanted.train),
          score: stored(wanted.score),
          tell,
          updated_at: clock.now(),
        });
        await audit.record(trx, {
          actor,
          action: 'scorer.scheduled',
          subject: { kind: 'scorer', id: scorer },
          details: { ...wanted },
        });
      });
      return (await get(scorer)).schedule;
    },
  };
};

/** As the API shows it; `minimum` and `maximum` are what the manifest declares, not what scores there are. */
export const toScorer = ({ scorer, declared, plugin, plugins, trains }: Chosen): Scorer => ({
  scorer,
  title: declared.title,
  plugin,
  plugins,
  trains,
  incremental: declared.incremental ?? [],
  minimum: declared.minimum ?? null,
  maximum: declared.maximum ?? null,
});
