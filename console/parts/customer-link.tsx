// A customer where only the id is at hand: their name as a link to their page, the end of the id until it is known.
import { getCustomer } from '@rapport/sdk/routes';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call } from '../api/client.ts';
import { useMay } from '../api/session.ts';
import { nameOf } from './customer-name.ts';

export const CustomerLink = ({ id }: { id: string }) => {
  const may = useMay();
  const { data } = useQuery({
    queryKey: ['customers', id],
    queryFn: ({ signal }) => call(getCustomer, { params: { id }, signal }),
    enabled: may('customers:read'),
    staleTime: 60_000,
  });
  return (
    <Link to="/customers/$id" params={{ id }} className="link">
      {data ? nameOf(data) : `…${id.slice(-8)}`}
    </Link>
  );
};
