// Settings: the people who may sign in with their roles, and the custom attributes of customers.
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMay } from '../../api/session.ts';
import { later } from '../../parts/later.tsx';
import { Page } from '../../parts/page.tsx';
import { PageTabs } from '../../parts/tabs.tsx';
import { useWords } from '../../words/words.ts';
import { Users } from './users.tsx';

const Attributes = later(async () => (await import('./attributes.tsx')).Attributes);

export const Settings = () => {
  const { t } = useWords();
  const may = useMay();
  const navigate = useNavigate();
  const { tab = 'users' } = useSearch({ from: '/frame/settings' });
  return (
    <Page title={t('nav.settings')} lead={t('settings.lead')}>
      <PageTabs
        label={t('nav.settings')}
        value={tab}
        onChange={(next) => void navigate({ to: '/settings', search: { tab: next }, replace: true })}
        tabs={[
          { value: 'users', label: t('settings.users'), content: () => <Users /> },
          ...(may('attributes:read')
            ? [{ value: 'attributes', label: t('customers.attributes'), content: () => <Attributes /> }]
            : []),
        ]}
      />
    </Page>
  );
};
