// What rules name (segments, named conditions, attributes, scorers, templates …), for the versions in force: the newest one of a
// rule and its active one. And why an active rule can no longer be worked out.
import type { Knex } from 'knex';

type Json = unknown;
type Row = { kind: string; key: string; version: number; conditions: string | null; params: string };

export const up = async (db: Knex): Promise<void> => {
  await db.schema.createTable('rule_uses', (t) => {
    t.text('kind').notNullable();
    t.text('key').notNullable();
    // Both in one, `segment:vip`, as in `used`.
    t.text('rule').notNullable();
    t.integer('version').notNullable();
    t.text('used').notNullable();
    t.primary(['rule', 'version', 'used']);
    t.index(['used']);
  });
  await db.schema.alterTable('rules', (t) => {
    t.text('broken');
  });
  const rows = (await db('rules as r')
    .join('rule_versions as v', (on) => on.on('v.kind', 'r.kind').andOn('v.key', 'r.key'))
    .whereNot('r.status', 'archived')
    .andWhere((where) => where.where('v.version', db.ref('r.version')).orWhere('v.version', db.ref('r.active_version')))
    .select('v.kind', 'v.key', 'v.version', 'v.conditions', 'v.params')) as Row[];
  const uses = rows.flatMap(({ kind, key, version, conditions, params }) =>
    [...new Set([...inConditions(parse(conditions)), ...inParams(kind, parse(params))])].map((used) => ({
      kind,
      key,
      rule: `${kind}:${key}`,
      version,
      used,
    })),
  );
  if (uses.length > 0) await db.batchInsert('rule_uses', uses, 200);
};

export const down = async (db: Knex): Promise<void> => {
  await db.schema.alterTable('rules', (t) => {
    t.dropColumn('broken');
  });
  await db.schema.dropTable('rule_uses');
};

const parse = (value: Json): Json => (typeof value === 'string' ? JSON.parse(value) : value);

const texts = (value: Json): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');

const prefixes: Record<string, string> = { segment: 'segment', attribute: 'attribute', score: 'scorer' };

const inConditions = (value: Json): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  const { fact, condition, params, value: compared } = value as Record<string, Json>;
  const own: string[] = [];
  if (typeof condition === 'string') own.push(`condition:${condition}`);
  if (typeof fact === 'string') {
    const [head, key] = fact.split('.');
    const kind = prefixes[head!];
    if (kind && key) own.push(`${kind}:${key}`);
    if (fact === 'events')
      own.push(...texts((params as { type?: Json } | undefined)?.type).map((type) => `event:${type}`));
    if (fact === 'member.level') own.push(...texts(compared).map((level) => `level:${level}`));
  }
  return [...own, ...Object.values(value).flatMap(inConditions)];
};

const inParams = (kind: string, given: Json): string[] => {
  const params = (given ?? {}) as Record<string, never>;
  const named = (what: string, value: Json): string[] => texts(value).map((key) => `${what}:${key}`);
  if (kind === 'segment') return named('segment', params.source);
  if (kind === 'promotion') {
    const grant = (params.params ?? {}) as { coupon?: { promotion?: Json }; tier?: { level?: Json } };
    return [...named('promotion', grant.coupon?.promotion), ...named('level', grant.tier?.level)];
  }
  if (kind !== 'alert') return [];
  const { trigger, actions } = params as { trigger?: Record<string, Json>; actions?: Record<string, Json>[] };
  return [
    ...named('segment', trigger?.segment),
    ...named('event', trigger?.types),
    ...(actions ?? []).flatMap(({ template, channel, tag }) => [
      ...named('template', template),
      ...named('channel', channel),
      ...named('tag', tag),
    ]),
  ];
};
