// Rules as files: what one installation exports, another applies and exports again without a difference; and what a broken file is told.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NewAlert, NewPromotion } from '@rapport/sdk/schemas';
import { expect, test, vi } from 'vitest';
import { system } from '../core/index.ts';
import { createTestDatabase, eachDatabase, type TestDatabase } from '../tests/support/databases.ts';
import { testClock } from '../tests/support/platform.ts';
import { openShop, type Shop } from '../tests/support/populations.ts';
import { rulesCommand } from './commands.ts';
import { readRuleFile } from './portable.ts';

type Told = { kind: string; key: string; outcome: string; code?: string; pointer?: string };

/** The command itself, on an installation that is open already. */
const run = async (shop: Shop, args: string[]): Promise<{ code: number | undefined; out: unknown }> => {
  const said: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((text: string) => void said.push(text));
  try {
    const service = { ...shop, routes: [] };
    const open = async () => ({ service, platform: shop.platform, stop: async () => {} });
    const code = await rulesCommand.run(args, { open } as unknown as Parameters<typeof rulesCommand.run>[1]);
    return { code, out: JSON.parse(said.join('\n')) };
  } finally {
    log.mockRestore();
  }
};
const exported = async (shop: Shop) => (await run(shop, ['export'])).out as Record<string, unknown>[];
const withFile = (action: 'apply' | 'test') => async (shop: Shop, on: TestDatabase, rules: unknown) => {
  const file = join(on.folder, 'rules.json');
  await writeFile(file, JSON.stringify(rules));
  const { code, out } = await run(shop, [action, file, '--json']);
  const { rules: lines } = out as { rules: Told[] };
  return { code, lines };
};
const apply = withFile('apply');
const tryOut = withFile('test');
const outcomes = ({ lines }: { lines: Told[] }) => lines.map(({ key, outcome }) => `${key}: ${outcome}`);

const country = (...values: string[]) => ({ all: [{ fact: 'customer.country', operator: 'in', value: values }] });
const is = (fact: string, value: unknown) => ({ fact, operator: 'equal', value });

/** One installation's rules: of every kind and status, naming one another against the order of their keys. */
const fill = async ({ populations: { conditions, segments, alerts }, promotions: { documents } }: Shop) => {
  const european = { key: 'european', name: 'Европейцы', conditions: country('DE', 'FR', 'GB') };
  await conditions.create({ ...european, tests: [{ facts: { 'customer.country': 'CN' }, expected: false }] }, system);
  await conditions.activate('european', undefined, system);
  const large = { all: [{ fact: 'cart.subtotal', operator: 'greaterThanInclusive', value: 10_000 }] };
  await conditions.create({ key: 'large-cart', name: 'Large', context: 'cart', conditions: large }, system);

  await segments.create({ key: 'z-base', name: '基础', conditions: { any: [{ condition: 'european' }] } }, system);
  await segments.activate('z-base', undefined, system);
  const nested = { all: [is('segment.z-base', true), { not: { any: [is('tags', 'x'), is('customer.city', null)] } }] };
  nested.all[1] = {
    not: { any: [{ fact: 'tags', operator: 'contains', value: 'ß "quoted" \\ 引' }, is('customer.city', null)] },
  };
  await segments.create({ key: 'a-reader', name: 'Reader', description: 'line\nline', conditions: nested }, system);
  await segments.activate('a-reader', undefined, system);
  await segments.pause('a-reader', system);
  await segments.create({ key: 'everyone', name: 'All', conditions: { all: [] }, confirmEveryone: true }, system);
  await segments.create({ key: 'gone', name: 'Gone', conditions: country('IS') }, system);
  await segments.archive('gone', system);

  const made: NewAlert[] = [
    {
      key: 'big-cart',
      name: 'Großer Korb',
      priority: 7,
      trigger: { kind: 'event', types: ['cart.abandoned', '购物车'] },
      conditions: { all: [{ fact: 'event.properties.value', operator: 'greaterThan', value: 99.5 }] },
      cooldown: 'P1DT12H',
      actions: [{ kind: 'tag', tag: 'left' }, { kind: 'webhook' }],
      tests: [{ facts: { 'event.properties.value': 100 }, expected: true, note: 'a hundred' }],
    },
    {
      key: 'came',
      name: 'Came',
      trigger: { kind: 'segment', segment: 'z-base', moment: 'left' },
      actions: [{ kind: 'webhook' }],
    },
  ];
  for (const alert of made) {
    await alerts.create(alert, system);
    await alerts.activate(alert.key, undefined, system);
  }

  const everybody = { conditions: { all: [] }, confirmEveryone: true };
  const coupon = { target: 'coupon' as const, coupon: { promotion: 'z-code', validDays: 30 } };
  const code = {
    target: 'order' as const,
    amount: 500,
    currency: 'JPY',
    code: { required: true, pool: 'spring' },
    limits: { total: 100, perCustomer: 1, budget: 50_000, budgetMode: 'partial' as const },
    schedule: { from: '2026-03-29T00:00', to: '2026-10-25', timeZone: 'Europe/Berlin' },
  };
  const promotions: NewPromotion[] = [
    { key: 'z-code', name: '春', priority: -3, ...everybody, event: { type: 'grant', params: code } },
    {
      key: 'a-gift',
      name: 'Gift',
      conditions: { all: [is('segment.z-base', true)] },
      event: { type: 'gift', params: coupon },
    },
  ];
  for (const promotion of promotions) await documents.create(system, promotion);
  await documents.activate(system, 'z-code');
  await documents.pause(system, 'z-code');
  await documents.activate(system, 'a-gift');
};

eachDatabase(
  'exported, applied elsewhere and exported again, rules of every kind are equal; applied twice, nothing changes',
  async (on) => {
    await using shop = await openShop(on, testClock('2026-03-02T10:00:00Z'));
    await fill(shop);
    await shop.settle();
    const file = await exported(shop);
    expect(file.map(({ kind, key, status }) => `${kind} ${key} ${status}`)).toEqual([
      'condition european active',
      'condition large-cart draft',
      'segment a-reader paused',
      'segment everyone draft',
      'segment z-base active',
      'alert big-cart active',
      'alert came active',
      'promotion a-gift active',
      'promotion z-code paused',
    ]);

    await using there = await createTestDatabase(on.dialect, { migrated: true });
    await using other = await openShop(there, testClock('2026-03-02T10:00:00Z'));
    // Both ways round: a key that names a later one, and the reverse.
    const first = await apply(other, there, file);
    expect(first.lines.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(first.code).toBe(0);
    await other.settle();
    expect(await exported(other)).toEqual(file);
    expect(new Set(outcomes(await apply(other, there, file.toReversed())).map((line) => line.split(': ')[1]))).toEqual(
      new Set(['unchanged']),
    );

    // A draft of what runs stays at home: neither exported nor activated where the file is applied.
    await shop.segments.change('z-base', { name: 'Half done', conditions: country('NZ') }, system);
    await shop.alerts.change('big-cart', { cooldown: null, priority: 1 }, system);
    const params = { target: 'order' as const, bp: 9999 };
    await shop.promotions.documents.change(system, 'a-gift', { event: { params } });
    expect(await exported(shop)).toEqual(file);
  },
);

eachDatabase(
  'a rule that cannot be applied stops the file there, with code and pointer; what came before stays',
  async (on) => {
    await using shop = await openShop(on, testClock('2026-03-02T10:00:00Z'));
    const segment = (key: string, conditions: unknown, more = {}) => ({
      kind: 'segment',
      key,
      name: key,
      conditions,
      ...more,
    });
    const named = (key: string, conditions: unknown) => ({
      kind: 'condition',
      key,
      name: key,
      status: 'active',
      conditions,
    });
    const alert = (more: object) => ({
      kind: 'alert',
      key: 'told',
      name: 'Told',
      trigger: { kind: 'event', types: ['a'] },
      actions: [{ kind: 'webhook' }],
      ...more,
    });
    const failed = async (rules: unknown[]) => {
      const { code, lines } = await apply(shop, on, rules);
      const { key, code: why, pointer } = lines.at(-1)!;
      return [code, key, why, pointer];
    };
    const good = segment('good', country('GB'));
    const channel = { kind: 'message', channel: 'pigeon', content: { text: 'x' } };
    expect(await failed([good, alert({ actions: [{ kind: 'webhook' }, channel] })])).toEqual([
      1,
      'told',
      'CHANNEL_UNKNOWN',
      '/actions/1/channel',
    ]);
    expect((await exported(shop)).map(({ key }) => key)).toEqual(['good']);
    const left = { kind: 'segment', segment: 'none', moment: 'left' };
    expect(await failed([alert({ trigger: left })])).toEqual([1, 'told', 'RULE_NOT_FOUND', '/trigger/segment']);
    expect(await failed([alert({ trigger: { kind: 'change' } })])).toEqual([
      1,
      'told',
      'RULE_WITHOUT_CONDITIONS',
      '/conditions',
    ]);
    // What leads back to itself: at once, and over a rule that is there.
    const reads = (key: string) => ({ all: [is(`segment.${key}`, true)] });
    expect(await failed([segment('own', reads('own'))])).toEqual([1, 'own', 'SEGMENT_CYCLE', '/conditions/all/0/fact']);
    expect((await apply(shop, on, [segment('next', reads('good'))])).code).toBe(0);
    expect(await failed([segment('good', { any: [country('GB'), reads('next')] })])).toEqual([
      1,
      'good',
      'SEGMENT_CYCLE',
      '/conditions/any/1/all/0/fact',
    ]);
    const round = [named('one', { all: [{ condition: 'two' }] }), named('two', { any: [{ condition: 'one' }] })];
    expect((await failed(round)).slice(2)).toEqual(['CONDITION_UNKNOWN', expect.stringMatching(/\/condition$/)]);
    const { lines } = await tryOut(shop, on, round);
    expect(lines.map(({ code }) => code)).toEqual(['CONDITION_CYCLE', 'CONDITION_CYCLE']);
    const list = { kind: 'segment', key: 'crew', name: 'Crew', type: 'static' };
    expect(outcomes(await apply(shop, on, [list]))).toEqual(['crew: created, active']);
    expect(await shop.segments.get('crew')).toMatchObject({ type: 'static', conditions: null });
  },
);

test('a file of another shape, of another version or with a rule twice is refused before anything is tried', () => {
  const segment = { kind: 'segment', key: 'a', name: 'A', conditions: country('GB') };
  const alert = { kind: 'alert', key: 'a', name: 'A', trigger: { kind: 'change' }, actions: [{ kind: 'webhook' }] };
  const pointerOf = (file: unknown): string => {
    try {
      readRuleFile(JSON.stringify(file));
    } catch (error) {
      return (error as { pointer: string }).pointer;
    }
    return 'not refused';
  };
  const cases: [unknown, string][] = [
    [{ version: 2, rules: [segment] }, '/kind'],
    [[segment, { ...segment, key: 'b', version: 2 }], '/1/version'],
    [[segment, null], '/1/kind'],
    [[{ ...segment, kind: 'Segment' }], '/0/kind'],
    [[{ ...segment, kind: 'constructor' }], '/0/kind'],
    [[segment, alert, { ...segment, name: 'B' }], '/2/key'],
    [[{ ...segment, status: 'archived' }], '/0/status'],
    [[{ ...segment, key: 'Not A Key' }], '/0/key'],
    [[{ ...alert, cooldown: 'P1M' }], '/0/cooldown'],
    [[{ ...alert, actions: [] }], '/0/actions'],
    [7, '/kind'],
    // A segment and an alert may have one key.
    [[segment, alert], 'not refused'],
    [[], 'not refused'],
  ];
  for (const [file, pointer] of cases) expect([file, pointerOf(file)]).toEqual([file, pointer]);
});
