// Alerts as people handle them: made, changed, activated, and what they did. When one goes off is decided in live.ts and fire.ts.
import type { Alert, AlertChange, AlertTrigger, Firing, NewAlert } from '@rapport/sdk/schemas';
import { type Actions, type Actor, type Db, type Page, type Platform, toIso } from '../../core/index.ts';
import type { Checks } from '../documents/checks.ts';
import { createDocuments, type RuleContent, type RuleDocument } from '../documents/documents.ts';
import { createDocumentStore } from '../documents/documents-store.ts';
import { type Use, usesNamed } from '../documents/uses.ts';
import { RuleNotFound, RuleWithoutConditions } from '../errors.ts';
import { activationOf, type Build } from '../populations/build.ts';
import type { AlertParams } from '../populations/indexes.ts';
import { createMembersStore } from '../populations/members-store.ts';
import { createAlertStore } from './store.ts';

export type AlertDeps = {
  platform: Platform;
  checks: Checks;
  build: Build;
  actions: Actions;
};

export const createAlerts = ({ platform, checks, build, actions: declaredActions }: AlertDeps) => {
  const { database } = platform;

  const checkNamed = async (content: RuleContent, _key: string, trx: Db): Promise<void> => {
    const { trigger, actions } = content.params as AlertParams;
    for (const [index, action] of actions.entries()) await declaredActions.check(action, `/actions/${index}`, trx);
    if (trigger.kind === 'segment') await checkSegment(trigger.segment, trx);
  };

  const check = async (content: RuleContent, _key: string, trx: Db) => {
    const { trigger } = content.params as AlertParams;
    const ofTrigger = trigger.kind === 'segment' ? [`segment.${trigger.segment}`] : [];
    if (!content.conditions) {
      if (trigger.kind === 'change')
        throw new RuleWithoutConditions('An alert on a change needs the conditions that become true.', {
          pointer: '/conditions',
        });
      return { content, dependencies: ofTrigger };
    }
    const context = contextOf(trigger);
    const confirmEveryone = trigger.kind !== 'change';
    const accepted = await checks.conditions(content.conditions, { context, confirmEveryone }, trx);
    return {
      content: { ...content, conditions: accepted.conditions },
      dependencies: [...accepted.dependencies, ...ofTrigger],
    };
  };

  const checkSegment = async (key: string, trx: Db): Promise<void> => {
    const segment = await createDocumentStore(trx).find('segment', key);
    if (!segment || segment.status === 'archived')
      throw new RuleNotFound(`No segment ${key}.`, { pointer: '/trigger/segment' });
  };

  const documents = createDocuments(platform, {
    kind: 'alert',
    check,
    checkNamed,
    uses: ({ params }) => usesOfAlert(params as AlertParams, declaredActions),
    runTests: (content, trx) => checks.tests(content, contextOf((content.params as AlertParams).trigger), trx),
    onActivate: async (trx, active, document) => {
      const { trigger } = active.params as AlertParams;
      // Those for whom the conditions hold already are noted first, so that only becoming true fires.
      const activates = active.version;
      if (trigger.kind === 'change')
        await build.request(trx, { kind: 'alert', key: document.key, reason: activationOf(activates), activates });
    },
    onStop: async (trx, document, status) => {
      await createMembersStore(trx).clearRule(`alert:${document.key}`);
      if (status === 'archived') await build.request(trx, { kind: 'alert', key: document.key, reason: 'archived' });
    },
  });

  return {
    documents,
    create: async (draft: NewAlert, actor: Actor): Promise<Alert> => {
      const { trigger, cooldown = null, actions, ...rule } = draft;
      const params: AlertParams = { trigger, cooldown, actions };
      return toAlert(await documents.create(actor, { ...rule, params, variant: trigger.kind }));
    },
    change: async (key: string, change: AlertChange, actor: Actor, ifMatch?: number): Promise<Alert> => {
      const { trigger, cooldown, actions, ...rule } = change;
      const before = (await documents.get(key, database.writer)).params as AlertParams;
      const params: AlertParams = {
        trigger: trigger ?? before.trigger,
        cooldown: cooldown === undefined ? before.cooldown : cooldown,
        actions: actions ?? before.actions,
      };
      return toAlert(await documents.save(actor, key, { ...rule, params }, ifMatch));
    },
    get: async (key: string): Promise<Alert> => toAlert(await documents.get(key, database.writer)),
    list: async (filter: Parameters<typeof documents.list>[0]): Promise<Page<Alert>> => {
      const { data, next } = await documents.list(filter);
      return { data: data.map(toAlert), next };
    },
    activate: async (key: string, version: number | undefined, actor: Actor, ifMatch?: number): Promise<Alert> =>
      toAlert(await documents.activate(actor, key, version, ifMatch)),
    pause: async (key: string, actor: Actor, ifMatch?: number): Promise<Alert> =>
      toAlert(await documents.pause(actor, key, { ifMatch })),
    archive: async (key: string, actor: Actor, ifMatch?: number): Promise<void> =>
      void (await documents.archive(actor, key, { ifMatch })),
    history: documents.history,
    firings: async (
      key: string,
      options: { limit: number; cursor?: string; customerId?: string },
    ): Promise<Page<Firing>> => {
      await documents.get(key);
      return createAlertStore(database.reader).list(key, options);
    },
  };
};

export type Alerts = ReturnType<typeof createAlerts>;

const usesOfAlert = ({ trigger, actions }: AlertParams, declared: Actions): Use[] => [
  ...(trigger.kind === 'segment' ? usesNamed('segment', trigger.segment, '/trigger/segment') : []),
  ...(trigger.kind === 'event' ? usesNamed('event', trigger.types, '/trigger/types') : []),
  ...actions.flatMap((action, index) =>
    Object.entries(declared.uses(action)).flatMap(([kind, key]) => usesNamed(kind, key, `/actions/${index}`)),
  ),
];

const contextOf = (trigger: AlertTrigger): 'event' | 'customer' => (trigger.kind === 'event' ? 'event' : 'customer');

const toAlert = (row: RuleDocument): Alert => {
  const { trigger, cooldown, actions } = row.params as AlertParams;
  return {
    key: row.key,
    name: row.name,
    description: row.description,
    status: row.status,
    priority: row.priority,
    trigger,
    conditions: row.conditions,
    cooldown,
    actions,
    tests: row.tests,
    version: row.version,
    activeVersion: row.activeVersion,
    revision: row.revision,
    buildJob: row.buildJob,
    broken: row.broken,
    createdAt: toIso(row.createdAt),
    updatedAt: toIso(row.updatedAt),
  };
};
