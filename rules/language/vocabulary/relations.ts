// Facts in tables of the core and of rules beside the customer: consent, tags, membership.

import { alwaysKnown, everywhere, type FactDefinition, type FactSql } from './fact.ts';
import { oneOf, tag } from './forms.ts';
import { always, type Fragment, never, sql, value } from './fragment.ts';
import { testAgainst } from './operators.ts';
import { param } from './params.ts';

/** A yes-or-no fact that is the presence of a row. */
const presence = (exists: Fragment, cost: number, missing = sql`NOT ${exists}`): FactSql => ({
  cost,
  compare: (operator, compared) => {
    const test = testAgainst(operator, compared);
    const [whenThere, whenNot] = [test(true), test(false)];
    if (whenThere === whenNot) return whenThere ? { holds: always, fails: never } : { holds: never, fails: always };
    return whenThere ? { holds: exists, fails: missing } : { holds: missing, fails: exists };
  },
});

const consentStatuses = ['granted', 'denied'];

/** Null when nothing was said for the channel and the purpose. */
export const consentFact = (): FactDefinition => ({
  id: 'consent',
  title: { en: 'Consent', zh: '同意授权' },
  group: 'consent',
  type: 'text',
  contexts: everywhere,
  params: [param('channel', 'text', { required: true }), param('purpose', 'text', { required: true })],
  options: consentStatuses,
  closed: true,
  form: oneOf(consentStatuses),
  dependsOn: () => ['consent'],
  needs: () => ({ consents: true }),
  isKnown: alwaysKnown,
  read: ({ channel, purpose }) => {
    const key = `${String(channel)}:${String(purpose)}`;
    return ({ consents }) => consents.get(key) ?? null;
  },
  sql: ({ channel, purpose }) => ({
    cost: 10,
    expression: sql`(SELECT s.status FROM consents s WHERE s.customer_id = c.id AND s.channel = ${value(channel as string)} AND s.purpose = ${value(purpose as string)})`,
  }),
});

export const tagsFact = (): FactDefinition => ({
  id: 'tags',
  title: { en: 'Tags', zh: '标签' },
  group: 'customer',
  type: 'list',
  form: tag,
  contexts: everywhere,
  dependsOn: () => ['tags'],
  needs: () => ({ tags: true }),
  // A tag that is there since was there; of one that is not, nobody knows whether it was.
  isKnown:
    () =>
    ({ tags }, { isBefore }, compared) =>
      isBefore || (typeof compared === 'string' && tags.includes(compared)),
  read:
    () =>
    ({ tags }) =>
      tags,
  sql: () => ({
    cost: 10,
    compare: (operator, compared) => {
      const has = sql`EXISTS (SELECT 1 FROM customer_tags t WHERE t.customer_id = c.id AND t.tag = ${value(compared as string)})`;
      const lacks = sql`NOT ${has}`;
      return operator === 'contains' ? { holds: has, fails: lacks } : { holds: lacks, fails: has };
    },
  }),
});

/** Membership as it is stored: the segment's own rule is not evaluated. */
export const segmentFact = (key: string, name: string): FactDefinition => ({
  id: `segment.${key}`,
  title: { en: `In segment "${name}"`, zh: `属于分群“${name}”` },
  group: 'segment',
  type: 'boolean',
  contexts: everywhere,
  dependsOn: () => [`segment.${key}`],
  needs: () => ({ segments: new Set([key]) }),
  isKnown: alwaysKnown,
  read:
    () =>
    ({ segments }) =>
      segments.has(key),
  sql: (_params, { dialect }) => {
    const one = presence(
      sql`EXISTS (SELECT 1 FROM segment_members m WHERE m.customer_id = c.id AND m.segment = ${value(key)})`,
      10,
    );
    if (dialect === 'postgres') return one;
    // Where everybody is asked, the list of members is a shorter way in than all customers; PostgreSQL finds that by itself.
    const all = sql`(SELECT m.customer_id FROM segment_members m WHERE m.segment = ${value(key)})`;
    const listed = presence(sql`c.id IN ${all}`, 10, sql`c.id NOT IN ${all}`);
    return { ...one, grouped: (operator, compared) => listed.compare!(operator, compared) };
  },
});
