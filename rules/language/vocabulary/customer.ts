// Facts that are columns of the customer: the typed fields, custom attributes, and what the calendar makes of them.
import type { Attribute, FactType, Words } from '@rapport/sdk/schemas';
import { birthdayFacts } from './birthday.ts';
import * as calendar from './calendar.ts';
import {
  alwaysKnown,
  everywhere,
  type FactDefinition,
  type FactSql,
  type FactValue,
  ifUnchanged,
  type Read,
} from './fact.ts';
import type { Facts, Past } from './facts.ts';
import type { Form } from './forms.ts';
import * as forms from './forms.ts';
import { type Fragment, type SqlTarget, sql, text, value } from './fragment.ts';
import { dayNumber, type Zone } from './zone.ts';

type Column = { name: string; column: string; type: 'text' | 'day' | 'instant'; title: Words; options?: string[] };

/** Those of the writers; every other text is clean text. */
const formOf: Readonly<Record<string, Form>> = {
  email: forms.email,
  phone: forms.phone,
  country: forms.country,
  language: forms.language,
  timeZone: forms.timeZone,
};

const column = (
  name: string,
  columnName: string,
  en: string,
  zh: string,
  type: Column['type'] = 'text',
  options?: string[],
): Column => ({
  name,
  column: columnName,
  type,
  title: { en, zh },
  ...(options && { options }),
});

const columns: readonly Column[] = [
  column('externalId', 'external_id', 'External id', '外部编号'),
  column('type', 'type', 'Kind of customer', '客户类型', 'text', ['person', 'company']),
  column('name', 'name', 'Name', '姓名'),
  column('firstName', 'first_name', 'First name', '名'),
  column('lastName', 'last_name', 'Last name', '姓'),
  column('company', 'company', 'Company', '公司'),
  column('jobTitle', 'job_title', 'Job title', '职位'),
  column('email', 'email', 'E-mail', '电子邮箱'),
  column('phone', 'phone', 'Phone', '电话'),
  column('birthday', 'birthday', 'Birthday', '生日', 'day'),
  column('gender', 'gender', 'Gender', '性别'),
  column('address', 'address', 'Address', '地址'),
  column('city', 'city', 'City', '城市'),
  column('region', 'region', 'Region', '地区'),
  column('postalCode', 'postal_code', 'Postal code', '邮编'),
  column('country', 'country', 'Country', '国家'),
  column('language', 'language', 'Language', '语言'),
  column('timeZone', 'time_zone', 'Time zone', '时区'),
  column('source', 'source', 'Source', '来源'),
  column('stage', 'stage', 'Stage', '阶段'),
  column('ownerId', 'owner_id', 'Owner', '负责人'),
  column('createdAt', 'created_at', 'Created', '创建时间', 'instant'),
  column('updatedAt', 'updated_at', 'Last changed', '更新时间', 'instant'),
  column('lastSeenAt', 'last_seen_at', 'Last seen', '最近活跃', 'instant'),
];

const attributeTypes: Record<string, FactType> = {
  text: 'text',
  number: 'number',
  integer: 'integer',
  boolean: 'boolean',
  date: 'day',
  datetime: 'instant',
  money: 'money',
  list: 'list',
};

/**
 * One fact for each column, and for times the days since. Columns other than the time of creation and of
 * the last visit are known of a past instant only when the customer was not written to since.
 */
export const customerFacts = (): FactDefinition[] =>
  columns.flatMap(({ name, column: columnName, type, title, options }) => {
    const id = `customer.${name}`;
    const fact = columnFact(id, columnName, type, title, 'customer', options);
    if (name === 'createdAt') fact.isKnown = alwaysKnown;
    if (name === 'lastSeenAt') fact.isKnown = ifSeenBefore;
    if (type === 'text' && !options) fact.form = formOf[name] ?? forms.cleanText;
    if (name === 'birthday') return [fact, ...birthdayFacts()];
    const since = { ...daysFact(id, columnName, type as 'instant', title, 'customer', 'since'), isKnown: fact.isKnown };
    return type === 'instant' ? [fact, since] : [fact];
  });

// It only ever grows: what is not after that instant was so then.
const ifSeenBefore =
  () =>
  (facts: Facts, { at, isBefore }: Past) =>
    isBefore ||
    ((facts.customer?.last_seen_at ?? null) as number | null) === null ||
    Number(facts.customer!.last_seen_at) <= at;

type AttributeLike = Pick<Attribute, 'key' | 'title' | 'titleZh' | 'type' | 'options'>;

/** The fact of the column, and for days and times the whole days since and until it. */
export const attributeFacts = (attribute: AttributeLike): FactDefinition[] => {
  const id = `attribute.${attribute.key}`;
  const type = attributeTypes[attribute.type as string] ?? 'text';
  const title = { en: attribute.title, zh: attribute.titleZh ?? attribute.title };
  const columnName = `a_${attribute.key}`;
  const fact = columnFact(id, columnName, type, title, 'attribute', attribute.options ?? undefined);
  if (type === 'text' && !attribute.options) fact.form = forms.filledText;
  if (type === 'list' && !attribute.options) fact.form = forms.freeText;
  if (type !== 'day' && type !== 'instant') return [fact];
  return [
    fact,
    daysFact(id, columnName, type, title, 'attribute', 'since'),
    daysFact(id, columnName, type, title, 'attribute', 'until'),
  ];
};

const columnFact = (
  id: string,
  columnName: string,
  type: FactType,
  title: Words,
  group: string,
  options?: readonly string[],
): FactDefinition => ({
  id,
  title,
  group,
  type,
  column: columnName,
  contexts: everywhere,
  ...(options && { options, closed: true, form: forms.oneOf(options) }),
  dependsOn: () => [id],
  needs: () => ({ customer: true }),
  isKnown: ifUnchanged,
  read: () => readColumn(columnName, type),
  sql: (_params, target) => columnSql(sql`c.${text(columnName)}`, type, target),
});

const fewValues = new Set(['c.country', 'c.stage']);

const readColumn = (name: string, type: FactType): Read => {
  if (type === 'boolean')
    return ({ customer }) => {
      const held = customer?.[name];
      return held === null || held === undefined ? null : Boolean(held);
    };
  if (type === 'list')
    return ({ customer }) => {
      const held = customer?.[name];
      if (held === null || held === undefined) return [];
      return typeof held === 'string' ? (JSON.parse(held) as string[]) : (held as string[]);
    };
  return ({ customer }) => (customer?.[name] ?? null) as FactValue;
};

const columnSql = (c: Fragment, type: FactType, { dialect }: SqlTarget): FactSql => {
  // SQLite would follow the index of a column with few values into rows all over the table, which is slower than reading it.
  if (dialect === 'sqlite' && fewValues.has(c.sql)) return { expression: sql`+${c}`, cost: 1 };
  if (type !== 'list') return { expression: c, cost: 1 };
  return {
    cost: 3,
    compare: (operator, compared) => {
      const item = value(compared as string);
      const has =
        dialect === 'postgres'
          ? sql`COALESCE(jsonb_exists(${c}, ${item}), FALSE)`
          : sql`EXISTS (SELECT 1 FROM json_each(${c}) AS item WHERE item.value = ${item})`;
      const lacks = sql`NOT ${has}`;
      return operator === 'contains' ? { holds: has, fails: lacks } : { holds: lacks, fails: has };
    },
  };
};

const daysFact = (
  id: string,
  columnName: string,
  type: 'day' | 'instant',
  title: Words,
  group: string,
  direction: 'since' | 'until',
): FactDefinition => {
  const since = direction === 'since';
  const c = sql`c.${text(columnName)}`;
  const days = (held: FactValue, now: number, zone: Zone): FactValue => {
    if (held === null) return null;
    if (type === 'instant') return (since ? calendar.daysSinceInstant : calendar.daysUntilInstant)(held as number, now);
    const distance = calendar.daysSinceDay(held as string, zone.dayOf(now));
    return since || distance === 0 ? distance : -distance;
  };
  return {
    id: `${id}.${since ? 'daysSince' : 'daysUntil'}`,
    title: { en: `${title.en}: days ${direction}`, zh: `${title.zh}：${since ? '已过天数' : '剩余天数'}` },
    group,
    type: 'integer',
    contexts: everywhere,
    dependsOn: () => [id],
    needs: () => ({ customer: true }),
    isKnown: ifUnchanged,
    read:
      (_params, zone) =>
      ({ customer }, now) =>
        days((customer?.[columnName] ?? null) as FactValue, now, zone),
    sql: (_params, { now, zone }) => {
      if (type === 'instant')
        return since ? calendar.daysSinceInstantSql(c, now) : calendar.daysUntilInstantSql(c, now);
      return since ? calendar.daysSinceDaySql(c, zone.dayOf(now)) : calendar.daysUntilDaySql(c, zone.dayOf(now));
    },
    moments:
      (_params, zone) =>
      ({ customer }, _now, values) => {
        const held = (customer?.[columnName] ?? null) as FactValue;
        const numbers = values.filter((each) => typeof each === 'number');
        if (held === null) return [];
        if (type === 'instant') return calendar.momentsSinceInstant(held as number, numbers, since ? 1 : -1);
        const day = dayNumber(held as string);
        const flips = numbers.flatMap((n) => [Math.floor(n), Math.ceil(n), Math.floor(n) + 1]);
        return calendar.startsOf(
          zone,
          flips.flatMap((n) => (since ? [day + n] : [day - n, day - n + 1])),
        );
      },
  };
};
