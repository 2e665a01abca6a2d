// A look at a customer without leaving the list.
import { Button, Drawer } from '@mantine/core';
import type { Customer } from '@rapport/sdk/schemas';
import { Link } from '@tanstack/react-router';
import { nameOf } from '../../parts/customer-name.ts';
import { useWords } from '../../words/words.ts';
import { About } from './about.tsx';
import { Tags } from './tags.tsx';

export const Peek = ({ customer, onClose }: { customer: Customer; onClose: () => void }) => {
  const { t } = useWords();
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={380}
      title={<strong>{nameOf(customer)}</strong>}
      closeButtonProps={{ 'aria-label': t('do.close') }}
    >
      <div className="grid">
        <About customer={customer} />
        <Tags customer={customer} />
        <Button component={Link} to={`/customers/${customer.id}`} fullWidth>
          {t('customers.openPage')}
        </Button>
      </div>
    </Drawer>
  );
};
