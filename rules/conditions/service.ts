// Named conditions as people handle them: made, changed, activated, archived. What is active stands wherever it is named, so an
// activation checks every rule that names it, and has their populations evaluated again.
import type {
  Condition,
  ConditionDocument,
  ConditionDocumentChange,
  Dependent,
  NewConditionDocument,
  RuleContext,
} from '@rapport/sdk/schemas';
import { type Actor, type Db, type Page, type Platform, toIso } from '../../core/index.ts';
import type { Checks } from '../documents/checks.ts';
import { createDocuments, type RuleContent, type RuleDocument } from '../documents/documents.ts';
import { createDocumentStore, type StoredVersion } from '../documents/documents-store.ts';
import { listDependents } from '../documents/graph.ts';
import { RuleWithoutConditions } from '../errors.ts';
import { refusal, type VocabularySource, validateConditions } from '../language/index.ts';
import { activationOf, type Build } from '../populations/build.ts';

type ConditionParams = { context: RuleContext };

export type ConditionDeps = { platform: Platform; vocabulary: VocabularySource; checks: Checks; build: Build };

export const createConditions = ({ platform, vocabulary, checks, build }: ConditionDeps) => {
  const { database } = platform;

  const check = async (content: RuleContent, _key: string, trx: Db) => {
    if (!content.conditions)
      throw new RuleWithoutConditions('A named condition needs conditions.', { pointer: '/conditions' });
    const { context } = content.params as ConditionParams;
    const accepted = await checks.conditions(content.conditions, { context }, trx);
    return { content: { ...content, conditions: accepted.conditions }, dependencies: accepted.dependencies };
  };

  const documents = createDocuments(platform, {
    kind: 'condition',
    check,
    runTests: (content, trx) => checks.tests(content, (content.params as ConditionParams).context, trx),
    onActivate: async (trx, active) => {
      await refuseBroken(trx, active.key);
      const reason = `condition ${active.key} ${activationOf(active.version)}`;
      await build.requestAll(trx, [`condition.${active.key}`], reason);
    },
  });

  /** A version that a rule naming it could not be saved with: another kind's facts, or too many conditions. */
  const refuseBroken = async (trx: Db, key: string): Promise<void> => {
    const words = await vocabulary.current(trx);
    for (const dependent of await listDependents(trx, [`condition:${key}`])) {
      for (const rule of await versionsOf(trx, dependent)) {
        const options = { context: contextOf(rule), confirmEveryone: true };
        const checked = rule.conditions ? validateConditions(rule.conditions, words, options) : undefined;
        if (!checked || checked.ok) continue;
        const { code, detail } = checked.problems[0]!;
        const said = `The ${dependent.kind} "${dependent.key}" names it and would be refused: ${detail}`;
        throw refusal({ code, pointer: '', detail: said }, '/conditions');
      }
    }
  };

  return {
    documents,
    create: async (draft: NewConditionDocument, actor: Actor): Promise<ConditionDocument> => {
      const { context = 'customer', ...rule } = draft;
      return show(await documents.create(actor, { ...rule, params: { context }, variant: context }));
    },
    change: async (
      key: string,
      change: ConditionDocumentChange,
      actor: Actor,
      ifMatch?: number,
    ): Promise<ConditionDocument> => {
      const { context, ...rule } = change;
      const params = context === undefined ? {} : { params: { context } };
      return show(await documents.save(actor, key, { ...rule, ...params }, ifMatch));
    },
    get: async (key: string): Promise<ConditionDocument> => show(await documents.get(key, database.writer)),
    list: async (filter: Parameters<typeof documents.list>[0]): Promise<Page<ConditionDocument>> => {
      const { data, next } = await documents.list(filter);
      return { data: data.map(show), next };
    },
    activate: async (key: string, version: number | undefined, actor: Actor, ifMatch?: number) =>
      show(await documents.activate(actor, key, version, ifMatch)),
    /** Refused with RULE_IN_USE while rules name it, unless `cascade` pauses them. */
    archive: async (key: string, actor: Actor, options: { ifMatch?: number; cascade?: boolean } = {}): Promise<void> =>
      void (await documents.archive(actor, key, options)),
    history: documents.history,
  };
};

export type Conditions = ReturnType<typeof createConditions>;

/** What of a rule is in force: its active version and its newest. */
const versionsOf = async (trx: Db, { kind, key }: Dependent): Promise<StoredVersion[]> => {
  const store = createDocumentStore(trx);
  const document = await store.find(kind, key);
  if (!document) return [];
  const active = document.status === 'active' ? document.activeVersion : null;
  const numbers = new Set([document.version, ...(active === null ? [] : [active])]);
  const found = await Promise.all([...numbers].map((version) => store.findVersion(kind, key, version)));
  return found.filter((version) => version !== undefined);
};

const contextOf = ({ kind, params }: StoredVersion): RuleContext => {
  if (kind === 'promotion') return 'cart';
  if (kind === 'condition') return (params as ConditionParams).context;
  return (params as { trigger?: { kind: string } }).trigger?.kind === 'event' ? 'event' : 'customer';
};

const show = (row: RuleDocument): ConditionDocument => ({
  key: row.key,
  name: row.name,
  description: row.description,
  context: (row.params as ConditionParams).context,
  status: row.status,
  conditions: row.conditions as Condition as Record<string, unknown>,
  tests: row.tests,
  version: row.version,
  activeVersion: row.activeVersion,
  revision: row.revision,
  broken: row.broken,
  createdAt: toIso(row.createdAt),
  updatedAt: toIso(row.updatedAt),
});
