// What is known about a customer: the columns that are set, and the custom attributes with their titles.
import type { Customer } from '@rapport/sdk/schemas';
import type { ReactNode } from 'react';
import { useAttributes } from '../../api/customers.ts';
import { Facts } from '../../parts/page.tsx';
import { Ago } from '../../parts/time.tsx';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';

export const columns = [
  'email',
  'phone',
  'externalId',
  'company',
  'jobTitle',
  'birthday',
  'gender',
  'address',
  'postalCode',
  'city',
  'region',
  'country',
  'language',
  'timeZone',
  'source',
  'stage',
] as const;

export const About = ({ customer }: { customer: Customer }) => {
  const { t, language } = useWords();
  const format = useFormat();
  const attributes = useAttributes();
  const rows: [string, ReactNode][] = columns.flatMap((name): [string, ReactNode][] => {
    const value = customer[name];
    return value === null
      ? []
      : [[t(`customers.${name}`), name === 'birthday' && /^\d{4}/.test(value) ? format.day(value) : value]];
  });
  const custom: [string, ReactNode][] = Object.entries(customer.attributes)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => {
      const definition = attributes.data?.data.find((each) => each.key === key);
      const title = (language === 'zh' && definition?.titleZh) || definition?.title || key;
      return [title, show(value, t('say.yes'), t('say.no'))];
    });
  return (
    <Facts
      rows={[
        ...rows,
        ...custom,
        [t('customers.created'), <Ago key="c" at={customer.createdAt} />],
        [t('customers.lastSeen'), <Ago key="l" at={customer.lastSeenAt} />],
      ]}
    />
  );
};

const show = (value: unknown, yes: string, no: string): string => {
  if (typeof value === 'boolean') return value ? yes : no;
  return Array.isArray(value) ? value.join(', ') : String(value);
};
