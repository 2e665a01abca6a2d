// The rows of orders that a redemption's order id may mean: ours, or the shop's own number.
import type { OrderStatus } from '@rapport/sdk/schemas';
import { type Db, dialectOf, query } from '../../core/index.ts';

export type ShopOrder = { id: string; customer_id: string; status: OrderStatus };

export const isOver = ({ status }: { status: OrderStatus }): boolean => status === 'cancelled' || status === 'refunded';

export const createShopOrderStore = (db: Db) => ({
  /** Held against changes until the transaction ends. Of one customer; of anybody where the customer is not known. */
  hold: (orderId: string, customerId: string | null): Promise<ShopOrder[]> =>
    query(
      db,
      `select id, customer_id, status from orders where (id = ? or external_id = ?)${customerId === null ? '' : ' and customer_id = ?'}
       order by id${dialectOf(db) === 'postgres' ? ' for share' : ''}`,
      customerId === null ? [orderId, orderId] : [orderId, orderId, customerId],
    ),
});
