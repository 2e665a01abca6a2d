// Static lists and snapshots: membership by hand, or frozen from another segment. Rules that read a list follow at once.
import type { Segment, SegmentMemberChange } from '@rapport/sdk/schemas';
import { type Actor, CustomerNotFound, type Db, type Platform, transact } from '../../core/index.ts';
import { RuleArchived, SegmentIsRule } from '../errors.ts';
import { createBuildStore } from '../populations/build-store.ts';
import type { Live } from '../populations/live.ts';
import { createMembersStore } from '../populations/members-store.ts';
import { createSegmentReads } from './read-store.ts';
import type { Segments } from './service.ts';

export const createLists = (platform: Platform, deps: { segments: Segments; live: Live }) => {
  const { database, clock, outbox, audit } = platform;

  const tell = (trx: Db, segment: string, ids: readonly string[], topic: 'segment.entered' | 'segment.left') => {
    const at = new Date(clock.now()).toISOString();
    const payload = { segment, version: 1, reason: 'list', at };
    return outbox.emit(trx, ...ids.map((customerId) => ({ topic, customerId, payload: { customerId, ...payload } })));
  };

  return {
    change: (key: string, change: SegmentMemberChange, actor: Actor): Promise<{ added: number; removed: number }> =>
      transact(database.writer, async (trx) => {
        const document = await deps.segments.documents.get(key, trx);
        if (document.variant === 'dynamic') throw new SegmentIsRule(`The members of ${key} come from its rule.`);
        if (document.variant === 'snapshot')
          throw new SegmentIsRule(`${key} is a snapshot: its members are those of its moment.`);
        if (document.status === 'archived') throw new RuleArchived(`The segment ${key} is archived.`);
        const reads = createSegmentReads(trx);
        const store = createMembersStore(trx);
        const remove = [...new Set(change.remove ?? [])];
        const add = [...new Set(change.add ?? [])].filter((id) => !remove.includes(id));
        await store.lockCustomers([...add, ...remove].sort());
        const living = await reads.listLivingOf(add);
        const unknown = add.findIndex((id) => !living.has(id));
        if (unknown >= 0)
          throw new CustomerNotFound(add[unknown]!, { pointer: `/add/${(change.add ?? []).indexOf(add[unknown]!)}` });
        const inside = await reads.listMembersAmong(key, [...add, ...remove]);
        const now = clock.now();
        const entering = add.filter((id) => !inside.has(id));
        const leaving = remove.filter((id) => inside.has(id));
        const row = { segment: key, version: 1, reason: 'list' };
        await store.enter(entering.map((customer_id) => ({ ...row, customer_id, entered_at: now })));
        await store.leave(
          leaving.map((customer_id) => ({ ...row, customer_id, entered_at: inside.get(customer_id)!, left_at: now })),
        );
        await tell(trx, key, entering, 'segment.entered');
        await tell(trx, key, leaving, 'segment.left');
        await deps.live.onListMoves(trx, key, entering, leaving, now);
        if (entering.length + leaving.length > 0)
          await audit.record(trx, {
            actor,
            action: 'segment.list-changed',
            subject: { kind: 'segment', id: key },
            details: { added: entering.length, removed: leaving.length },
          });
        return { added: entering.length, removed: leaving.length };
      }),
    snapshot: async (from: string, draft: { key: string; name: string }, actor: Actor): Promise<Segment> => {
      await deps.segments.documents.get(from);
      const { documents } = deps.segments;
      const params = { type: 'snapshot', source: from };
      await documents.create(actor, { ...draft, params, variant: 'snapshot' }, (trx) =>
        createBuildStore(trx).copyMembers(from, draft.key, `snapshot of ${from}`, clock.now()),
      );
      return deps.segments.show(await documents.activate(actor, draft.key));
    },
  };
};

export type Lists = ReturnType<typeof createLists>;
