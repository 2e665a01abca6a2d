// Segments as people handle them: made, changed, previewed, activated, explained. Who is in is decided in membership.ts and build.ts.
import type {
  Condition,
  CustomerSegment,
  NewSegment,
  Segment,
  SegmentChange,
  SegmentExplanation,
  SegmentPreviewRequest,
  SegmentTemplate,
  SegmentType,
} from '@rapport/sdk/schemas';
import {
  type Actor,
  CustomerNotFound,
  type Db,
  InvalidRequest,
  type Page,
  type Platform,
  toIso,
  toIsoOrNull,
  transact,
} from '../../core/index.ts';
import type { Checks } from '../documents/checks.ts';
import { createDocuments, type RuleContent, type RuleDocument } from '../documents/documents.ts';
import { usesNamed } from '../documents/uses.ts';
import { RuleWithoutConditions, SegmentNotDynamic } from '../errors.ts';
import { asOf } from '../language/as-of.ts';
import {
  compileRule,
  createFactReader,
  explain,
  readPast,
  type VocabularySource,
  validateConditions,
} from '../language/index.ts';
import { activationOf, type Build } from '../populations/build.ts';
import { createMembersStore } from '../populations/members-store.ts';
import { createPreviews } from './preview.ts';
import { createSegmentReads } from './read-store.ts';
import { segmentTemplates } from './templates.ts';

export type SegmentParams = { type: SegmentType; confirmEveryone?: true; source?: string };

export type SegmentDeps = { platform: Platform; vocabulary: VocabularySource; checks: Checks; build: Build };

const pastSegments = 200;

export const createSegments = ({ platform, vocabulary, checks, build }: SegmentDeps) => {
  const { database, clock } = platform;
  const previews = createPreviews(platform);

  const check = async (content: RuleContent, _key: string, trx: Db) => {
    const params = content.params as SegmentParams;
    if (params.type !== 'dynamic') {
      if (content.conditions) throw new InvalidRequest('A list has no conditions.', { pointer: '/conditions' });
      return { content, dependencies: [] };
    }
    if (!content.conditions)
      throw new RuleWithoutConditions('A dynamic segment needs conditions.', { pointer: '/conditions' });
    const { confirmEveryone } = params;
    const accepted = await checks.conditions(content.conditions, { confirmEveryone }, trx);
    return { content: { ...content, conditions: accepted.conditions }, dependencies: accepted.dependencies };
  };

  const documents = createDocuments(platform, {
    kind: 'segment',
    check,
    uses: ({ params }) => usesNamed('segment', (params as SegmentParams).source, '/source'),
    runTests: (content, trx) => checks.tests(content, 'customer', trx),
    onActivate: async (trx, _active, document) => {
      const activates = document.activeVersion!;
      if (document.variant === 'dynamic')
        await build.request(trx, { kind: 'segment', key: document.key, reason: activationOf(activates), activates });
    },
    onStop: async (trx, document, status) => {
      await createMembersStore(trx).clearRule(document.key);
      if (status === 'archived') await build.request(trx, { kind: 'segment', key: document.key, reason: 'archived' });
    },
  });

  const show = async (document: RuleDocument): Promise<Segment> => (await showAll([document]))[0]!;
  const showAll = async (rows: RuleDocument[]): Promise<Segment[]> => {
    const counts = await createSegmentReads(database.reader).countMembers(rows.map(({ key }) => key));
    return rows.map((row) => toSegment(row, counts.get(row.key) ?? 0));
  };

  /** A dynamic segment's conditions in one of its versions. */
  const conditionsOf = async (key: string, version?: number): Promise<{ version: number; conditions: Condition }> => {
    const document = await documents.get(key);
    const chosen = await documents.getVersion(key, version ?? document.version);
    if (!chosen.conditions) throw new SegmentNotDynamic(`The segment ${key} is a list: it has no conditions.`);
    return { version: chosen.version, conditions: chosen.conditions as Condition };
  };

  return {
    documents,
    create: async (draft: NewSegment, actor: Actor): Promise<Segment> => {
      const { key, name, description, conditions, tests, confirmEveryone, type = 'dynamic' } = draft;
      const params: SegmentParams = { type, ...(confirmEveryone && { confirmEveryone }) };
      const rule = { key, name, description, conditions, tests, params, variant: type };
      const made = await documents.create(actor, rule);
      // A list has nothing to try out first.
      return show(type === 'static' ? await documents.activate(actor, key) : made);
    },
    change: async (key: string, change: SegmentChange, actor: Actor, ifMatch?: number): Promise<Segment> => {
      const { confirmEveryone, ...content } = change;
      const params = (await documents.get(key)).params as SegmentParams;
      const { confirmEveryone: _, ...rest } = params;
      const confirmed = confirmEveryone ?? params.confirmEveryone;
      const next = { ...content, params: { ...rest, ...(confirmed && { confirmEveryone: true as const }) } };
      return show(await documents.save(actor, key, next, ifMatch));
    },
    get: async (key: string): Promise<Segment> => show(await documents.get(key, database.writer)),
    list: async (filter: Parameters<typeof documents.list>[0]): Promise<Page<Segment>> => {
      const { data, next } = await documents.list(filter);
      return { data: await showAll(data), next };
    },
    activate: async (key: string, version: number | undefined, actor: Actor, ifMatch?: number): Promise<Segment> =>
      show(await documents.activate(actor, key, version, ifMatch)),
    pause: async (key: string, actor: Actor, ifMatch?: number): Promise<Segment> =>
      show(await documents.pause(actor, key, { ifMatch })),
    archive: async (key: string, actor: Actor, options: { ifMatch?: number; cascade?: boolean } = {}): Promise<void> =>
      void (await documents.archive(actor, key, options)),
    rebuild: async (key: string): Promise<Segment> => {
      const document = await documents.get(key);
      if (document.variant !== 'dynamic' || document.status !== 'active')
        throw new SegmentNotDynamic(`Only an active, dynamic segment is built; ${key} is not.`);
      await transact(database.writer, (trx) => build.request(trx, { kind: 'segment', key, reason: 'by hand' }));
      return show(await documents.get(key, database.writer));
    },
    history: documents.history,
    /** Those that this shop has the facts for: the RFM cells need the scorer. */
    templates: async (): Promise<{ data: SegmentTemplate[] }> => {
      const words = await vocabulary.current();
      return { data: segmentTemplates.filter(({ conditions }) => validateConditions(conditions, words).ok) };
    },
    members: async (key: string, options: { limit: number; cursor?: string }, actor: Actor) => {
      await documents.get(key);
      return previews.members(key, options, actor);
    },
    preview: async (request: SegmentPreviewRequest, actor: Actor, signal: AbortSignal) => {
      const { confirmEveryone, editor, sample = 10 } = request;
      const { conditions } = await checks.conditions(request.conditions, { confirmEveryone });
      return previews.preview(conditions, await vocabulary.current(), { actor, signal, editor, sample });
    },
    impact: async (key: string, version: number | undefined, actor: Actor, signal: AbortSignal) => {
      const chosen = await conditionsOf(key, version);
      return previews.impact(key, chosen.version, chosen.conditions, await vocabulary.current(), { actor, signal });
    },
    /**
     * By the active version, or the newest where none is active. Of a past time what has no history is not known; a time to
     * come is refused.
     */
    explain: async (
      key: string,
      customerId: string,
      options: { at?: number; version?: number },
    ): Promise<SegmentExplanation> => {
      const document = await documents.get(key);
      const chosen = await conditionsOf(key, options.version ?? document.activeVersion ?? undefined);
      const reads = createSegmentReads(database.reader);
      if (!(await reads.customerExists(customerId)))
        throw new CustomerNotFound(customerId, { pointer: '/query/customer' });
      const words = await vocabulary.current();
      const now = asOf(clock);
      const { at = now } = options;
      if (at > now)
        throw new InvalidRequest('What will be is not known: give a time that has passed.', { pointer: '/query/at' });
      const { needs } = compileRule(chosen.conditions, words);
      const facts =
        options.at === undefined
          ? await createFactReader(database.reader).one(customerId, needs, at)
          : await readPast(database.reader, customerId, needs, at);
      const explanation = await explain(chosen.conditions, words, facts, at);
      const member = await reads.findMember(key, customerId, options.at);
      return {
        segment: key,
        customerId,
        at: toIso(at),
        version: chosen.version,
        matches: explanation.result,
        member: member !== undefined,
        enteredAt: toIsoOrNull(member?.enteredAt),
        explanation,
      };
    },
    ofCustomer: async (customerId: string): Promise<{ data: CustomerSegment[] }> => {
      const reads = createSegmentReads(database.reader);
      if (!(await reads.customerExists(customerId))) throw new CustomerNotFound(customerId);
      return { data: await reads.listOfCustomer(customerId, pastSegments) };
    },
    show,
  };
};

export type Segments = ReturnType<typeof createSegments>;

const toSegment = (row: RuleDocument, members: number): Segment => ({
  key: row.key,
  name: row.name,
  description: row.description,
  type: (row.params as SegmentParams).type,
  status: row.status,
  conditions: row.conditions,
  tests: row.tests,
  version: row.version,
  activeVersion: row.activeVersion,
  revision: row.revision,
  members,
  buildJob: row.buildJob,
  broken: row.broken,
  source: (row.params as SegmentParams).source ?? null,
  createdAt: toIso(row.createdAt),
  updatedAt: toIso(row.updatedAt),
});
