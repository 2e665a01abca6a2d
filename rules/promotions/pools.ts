// Pools of codes: given by the admin or drawn by chance, and read back.
import type { CodesReply, NewCodes, PromotionCode } from '@rapport/sdk/schemas';
import { type Actor, type Page, type Platform, toIsoOrNull, transact } from '../../core/index.ts';
import type { RuleDocument } from '../documents/documents.ts';
import { CodesInvalid } from '../errors.ts';
import { normaliseCode } from '../language/index.ts';
import { type CodeMaker, checkPattern, defaultPattern } from './codes.ts';
import { type CodeRow, createCodesStore } from './codes-store.ts';
import { paramsOf, poolOf } from './document.ts';
import { toCode } from './view.ts';

type Deps = { platform: Platform; codeMaker: CodeMaker; get: (key: string) => Promise<RuleDocument> };
/** Draws of one code that the pool has already, before the pattern counts as used up. */
const mostRedraws = 20;

/** Several promotions may share a pool by naming it; a code is counted once for all of them. */
export const createPools = ({ platform, codeMaker, get }: Deps) => {
  const { database, clock, audit } = platform;
  const poolOfKey = async (key: string): Promise<string> => poolOf(key, paramsOf(await get(key)));

  const drawInto = async (
    store: ReturnType<typeof createCodesStore>,
    { pool, pattern, count }: { pool: string; pattern: string; count: number },
    toRow: (code: string) => CodeRow,
  ): Promise<string[]> => {
    checkPattern(pattern, count);
    const made: string[] = [];
    for (let round = 0; made.length < count; round++) {
      if (round === mostRedraws)
        throw new CodesInvalid(`The pool ${pool} has nearly all codes of this pattern.`, { pointer: '/pattern' });
      const drawn = new Set<string>();
      while (drawn.size < count - made.length) drawn.add(codeMaker.make(pattern));
      made.push(...(await store.insert([...drawn].map(toRow))));
    }
    return made;
  };

  return {
    /**
     * At most 10,000 a call; one use each unless `uses` says otherwise. Codes the pool has already stay as
     * they are and are answered as duplicates, so the same list again adds nothing; a `count` again makes
     * new ones. Throws CodesInvalid with a pointer.
     */
    add: async (actor: Actor, key: string, asked: NewCodes): Promise<CodesReply> => {
      if ((asked.codes === undefined) === (asked.count === undefined))
        throw new CodesInvalid('Give codes, or a count of codes to make.', { pointer: '/count' });
      if (asked.pattern !== undefined && asked.count === undefined)
        throw new CodesInvalid('A pattern is for codes to make: give a count.', { pointer: '/pattern' });
      const pool = await poolOfKey(key);
      const toRow = (code: string): CodeRow => ({
        pool,
        code,
        uses: asked.uses === undefined ? 1 : asked.uses,
        used: 0,
        customer_id: null,
        created_at: clock.now(),
        expires_at: asked.expiresAt == null ? null : Date.parse(asked.expiresAt),
      });
      return transact(database.writer, async (trx) => {
        const store = createCodesStore(trx);
        const given = asked.codes?.map(readCode) ?? [];
        const wanted = asked.codes ? [...new Set(given)] : [];
        const codes = asked.codes
          ? await store.insert(wanted.map(toRow))
          : await drawInto(store, { pool, pattern: asked.pattern ?? defaultPattern, count: asked.count ?? 0 }, toRow);
        const added = new Set(codes);
        const details = { pool, added: codes.length, expiresAt: toIsoOrNull(toRow('').expires_at) };
        await audit.record(trx, { actor, action: 'codes.added', subject: { kind: 'promotion', id: key }, details });
        return { pool, added: codes.length, codes, duplicates: wanted.filter((code) => !added.has(code)) };
      });
    },

    /** By code. */
    list: async (key: string, query: { limit?: number; cursor?: string }): Promise<Page<PromotionCode>> => {
      const pool = await poolOfKey(key);
      const found = await createCodesStore(database.reader).list(pool, query.limit ?? 50, query.cursor);
      return { data: found.data.map(toCode), next: found.next };
    },
  };
};

export type Pools = ReturnType<typeof createPools>;

const readCode = (text: string, index: number): string => {
  const code = normaliseCode(text);
  if (code === undefined) throw new CodesInvalid('A blank is no code.', { pointer: `/codes/${index}` });
  return code;
};
