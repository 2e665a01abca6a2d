// The list of customers: searched and filtered by the server, filters in the address, rows as far as one scrolls.
import '../../styles/customers.css';
import { ActionIcon, Button, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import type { Customer } from '@rapport/sdk/schemas';
import { IconEye, IconFileImport, IconSearch, IconUsers, IconX } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { type CustomerFilters, useCustomers, useLevels } from '../../api/customers.ts';
import { useMay } from '../../api/session.ts';
import { nameOf } from '../../parts/customer-name.ts';
import { later } from '../../parts/later.tsx';
import { Avatar, Empty, Page, Panel, Tag } from '../../parts/page.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';
import { Loaded } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';

const Peek = later(async () => (await import('./peek.tsx')).Peek, null);

export const Customers = () => {
  const { t } = useWords();
  const may = useMay();
  const filters = useSearch({ from: '/frame/customers' });
  const customers = useCustomers(filters);
  const [peeked, setPeeked] = useState<Customer>();
  const filtered = Object.keys(filters).some((name) => name !== 'sort');
  return (
    <Page
      title={t('nav.customers')}
      lead={t('customers.lead')}
      actions={
        may('imports:write') && (
          <Button component={Link} to="/imports/new" variant="default" leftSection={<IconFileImport size={16} />}>
            {t('imports.new')}
          </Button>
        )
      }
    >
      <Filters filters={filters} />
      <Panel bare>
        <Loaded query={customers} rows={8}>
          {({ pages }) => {
            const rows = pages.flatMap(({ data }) => data);
            if (rows.length === 0) return <Nothing filtered={filtered} />;
            return (
              <Table
                label={t('nav.customers')}
                rows={rows}
                keyOf={({ id }) => id}
                columns={columnsOf(t, setPeeked)}
                more={{
                  has: customers.hasNextPage,
                  loading: customers.isFetchingNextPage,
                  load: () => void customers.fetchNextPage(),
                }}
              />
            );
          }}
        </Loaded>
      </Panel>
      {peeked && <Peek customer={peeked} onClose={() => setPeeked(undefined)} />}
    </Page>
  );
};

const columnsOf = (t: ReturnType<typeof useWords>['t'], peek: (customer: Customer) => void): Column<Customer>[] => [
  {
    key: 'name',
    title: t('customers.name'),
    cell: (row) => (
      <div className="who">
        <Avatar name={nameOf(row)} />
        <div className="two-lines">
          <Link to="/customers/$id" params={{ id: row.id }} className="link ellipsis">
            {nameOf(row)}
          </Link>
          <span className="small dim ellipsis">{row.email ?? row.phone ?? row.externalId}</span>
        </div>
      </div>
    ),
  },
  {
    key: 'place',
    title: t('customers.city'),
    show: 'extra',
    cell: ({ city, country }) => [city, country].filter(Boolean).join(', ') || <span className="dim">–</span>,
  },
  {
    key: 'level',
    title: t('customers.level'),
    show: 'extra',
    cell: ({ level }) => level && <Tag tone="brand">{level}</Tag>,
  },
  {
    key: 'tags',
    title: t('customers.tags'),
    show: 'wide',
    cell: ({ tags }) => (
      <span className="tags">
        {tags.slice(0, 3).map((tag) => (
          <Tag key={tag}>{tag}</Tag>
        ))}
        {tags.length > 3 && <span className="small dim">+{tags.length - 3}</span>}
      </span>
    ),
  },
  { key: 'seen', title: t('customers.lastSeen'), show: 'extra', cell: ({ lastSeenAt }) => <Ago at={lastSeenAt} /> },
  { key: 'created', title: t('customers.created'), show: 'wide', cell: ({ createdAt }) => <Ago at={createdAt} /> },
  {
    key: 'peek',
    title: t('do.actions'),
    quiet: true,
    end: true,
    width: 48,
    cell: (row) => (
      <ActionIcon aria-label={t('customers.peek', { name: nameOf(row) })} onClick={() => peek(row)}>
        <IconEye size={17} />
      </ActionIcon>
    ),
  },
];

const Nothing = ({ filtered }: { filtered: boolean }) => {
  const { t } = useWords();
  const may = useMay();
  if (filtered)
    return (
      <Empty
        icon={<IconSearch size={30} />}
        title={t('customers.noMatch')}
        text={t('customers.noMatchText')}
        action={
          <Button component={Link} to="/customers" variant="default" size="xs">
            {t('customers.clear')}
          </Button>
        }
      />
    );
  return (
    <Empty
      icon={<IconUsers size={32} />}
      title={t('customers.none')}
      text={t('customers.noneText')}
      action={
        may('imports:write') && (
          <Button component={Link} to="/imports/new">
            {t('imports.new')}
          </Button>
        )
      }
    />
  );
};

const sorts = ['-createdAt', 'createdAt', 'name', '-lastSeenAt', '-updatedAt'] as const;
const texts = ['country', 'city', 'stage', 'tag'] as const;

const Filters = ({ filters }: { filters: CustomerFilters }) => {
  const { t } = useWords();
  const navigate = useNavigate();
  const levels = useLevels();
  const set = (change: CustomerFilters) =>
    void navigate({
      to: '/customers',
      search: (old) =>
        Object.fromEntries(Object.entries({ ...old, ...change }).filter(([, value]) => value)) as CustomerFilters,
      replace: true,
    });
  const shown = Object.keys(filters).some((name) => name !== 'q' && name !== 'sort');
  return (
    // biome-ignore lint/a11y/useSemanticElements: `search` is not yet an element React types know
    <div className="filters" role="search">
      <SearchField value={filters.q ?? ''} onSearch={(q) => set({ q })} />
      {texts.map((name) => (
        <TextFilter
          key={name}
          label={t(`customers.${name}`)}
          value={filters[name] ?? ''}
          onChange={(value) => set({ [name]: name === 'country' ? value.toUpperCase() : value })}
        />
      ))}
      {levels.data && levels.data.data.length > 0 && (
        <NativeSelect
          aria-label={t('customers.level')}
          value={filters.level ?? ''}
          onChange={(event) => set({ level: event.currentTarget.value })}
          data={[
            { value: '', label: `${t('customers.level')}…` },
            ...levels.data.data.map(({ key, title }) => ({ value: key, label: title })),
          ]}
        />
      )}
      <NativeSelect
        aria-label={t('customers.sort')}
        value={filters.sort ?? '-createdAt'}
        onChange={(event) => set({ sort: event.currentTarget.value === '-createdAt' ? '' : event.currentTarget.value })}
        data={sorts.map((value) => ({ value, label: t(`customers.sorts.${value}`) }))}
      />
      {shown && (
        <Button
          variant="subtle"
          size="xs"
          leftSection={<IconX size={14} />}
          onClick={() => void navigate({ to: '/customers', search: filters.q ? { q: filters.q } : {} })}
        >
          {t('customers.clear')}
        </Button>
      )}
    </div>
  );
};

const SearchField = ({ value, onSearch }: { value: string; onSearch: (q: string) => void }) => {
  const { t } = useWords();
  const [text, setText] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  const search = useDebouncedCallback(onSearch, 220);
  useEffect(() => {
    if (document.activeElement !== field.current) setText(value);
  }, [value]);
  return (
    <TextInput
      ref={field}
      className="search-field"
      leftSection={<IconSearch size={15} />}
      placeholder={t('customers.search')}
      aria-label={t('customers.search')}
      value={text}
      maxLength={200}
      onChange={(event) => {
        setText(event.currentTarget.value);
        search(event.currentTarget.value.trim());
      }}
    />
  );
};

const TextFilter = ({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) => {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const send = () => text.trim() !== value && onChange(text.trim());
  return (
    <TextInput
      className="text-filter"
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={send}
      onKeyDown={(event) => event.key === 'Enter' && send()}
    />
  );
};
