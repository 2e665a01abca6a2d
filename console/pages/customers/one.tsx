// One customer from all sides: who they are, what rules and plugins make of them, what happened.
import '../../styles/customers.css';
import { ActionIcon, Button, CopyButton } from '@mantine/core';
import type { Customer } from '@rapport/sdk/schemas';
import { IconCheck, IconCopy, IconPencil } from '@tabler/icons-react';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useCustomer } from '../../api/customers.ts';
import { useMay } from '../../api/session.ts';
import { nameOf } from '../../parts/customer-name.ts';
import { later } from '../../parts/later.tsx';
import { Page, Panel, Tag } from '../../parts/page.tsx';
import { PageTabs } from '../../parts/tabs.tsx';
import { Loaded } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';
import { About } from './about.tsx';
import { Consents } from './consents.tsx';
import { Membership, Recommendations, Scores, Segments } from './insights.tsx';
import { Tags } from './tags.tsx';
import { Timeline } from './timeline.tsx';

const EditCustomer = later(async () => (await import('./edit.tsx')).EditCustomer, null);
const Orders = later(async () => (await import('./orders.tsx')).Orders);
const Messages = later(async () => (await import('./orders.tsx')).Messages);

export const CustomerPage = () => {
  const { id } = useParams({ from: '/frame/customers/$id' });
  const query = useCustomer(id);
  return <Loaded query={query}>{({ customer, etag }) => <Whole key={id} customer={customer} etag={etag} />}</Loaded>;
};

const Whole = ({ customer, etag }: { customer: Customer; etag: string | undefined }) => {
  const { t } = useWords();
  const may = useMay();
  const navigate = useNavigate();
  const [editing, setEditing] = useState(false);
  const { tab = 'timeline' } = useSearch({ from: '/frame/customers/$id' });
  const { id } = customer;
  const gone = customer.mergedInto !== null || customer.erasedAt !== null;
  return (
    <Page
      title={nameOf(customer)}
      back={{ to: '/customers', label: t('nav.customers') }}
      lead={
        <span className="head-tags">
          {customer.level && <Tag tone="brand">{customer.level}</Tag>}
          {customer.stage && <Tag tone="info">{customer.stage}</Tag>}
          <span>{[customer.company, customer.city, customer.country].filter(Boolean).join(' · ')}</span>
          <CopyId id={id} />
        </span>
      }
      actions={
        may('customers:write') &&
        !gone && (
          <Button variant="default" leftSection={<IconPencil size={16} />} onClick={() => setEditing(true)}>
            {t('do.edit')}
          </Button>
        )
      }
    >
      {editing && <EditCustomer customer={customer} etag={etag} onClose={() => setEditing(false)} />}
      {customer.mergedInto && (
        <p className="notice">
          {t('customers.merged')}{' '}
          <Link className="link" to="/customers/$id" params={{ id: customer.mergedInto }}>
            {t('customers.toMerged')}
          </Link>
        </p>
      )}
      {customer.erasedAt && <p className="notice">{t('customers.erased')}</p>}
      <div className="customer-columns">
        <div className="grid">
          <Panel title={t('customers.about')}>
            <div className="grid">
              <About customer={customer} />
              <Tags key={customer.version} customer={customer} />
            </div>
          </Panel>
          <Membership customer={customer} />
          <Consents customerId={id} readOnly={gone} />
        </div>
        <div>
          <PageTabs
            label={nameOf(customer)}
            value={tab}
            onChange={(next) =>
              void navigate({ to: '/customers/$id', params: { id }, search: { tab: next }, replace: true })
            }
            tabs={[
              { value: 'timeline', label: t('customers.timeline'), content: () => <Timeline customerId={id} /> },
              ...(may('orders:read')
                ? [{ value: 'orders', label: t('customers.orders'), content: () => <Orders customerId={id} /> }]
                : []),
              ...(may('messages:read')
                ? [{ value: 'messages', label: t('customers.messages'), content: () => <Messages customerId={id} /> }]
                : []),
            ]}
          />
        </div>
        <div className="grid">
          {may('segments:read') && <Segments customerId={id} />}
          {may('insights:read') && <Scores customerId={id} />}
          {may('insights:read') && <Recommendations customerId={id} />}
        </div>
      </div>
    </Page>
  );
};

const CopyId = ({ id }: { id: string }) => {
  const { t } = useWords();
  return (
    <CopyButton value={id}>
      {({ copied, copy }) => (
        <ActionIcon
          size="sm"
          onClick={copy}
          title={t('customers.copyId')}
          aria-label={copied ? t('do.copied') : t('customers.copyId')}
        >
          {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
        </ActionIcon>
      )}
    </CopyButton>
  );
};
