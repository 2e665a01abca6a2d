// The states of an order and the ways between them, declared once: the server enforces them for every writer (API, imports,
// plugins), the console offers them. An order may arrive in any state; from then on it moves only along `nextOrderStatuses`.

/** In the order in which an order usually goes through them. */
export const orderStatuses = ['placed', 'paid', 'shipped', 'completed', 'cancelled', 'refunded'] as const;
export type OrderState = (typeof orderStatuses)[number];

/**
 * Where an order can go from each state. What was shipped is not cancelled any more but refunded; a cancelled order that was paid
 * may still be refunded; `refunded` (the whole sum is back) is final.
 */
export const nextOrderStatuses: Readonly<Record<OrderState, readonly OrderState[]>> = {
  placed: ['paid', 'shipped', 'completed', 'cancelled', 'refunded'],
  paid: ['shipped', 'completed', 'cancelled', 'refunded'],
  shipped: ['completed', 'refunded'],
  completed: ['refunded'],
  cancelled: ['refunded'],
  refunded: [],
};
