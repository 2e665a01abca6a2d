// The public "Online Retail" layout: one row a line of an invoice, prices in pounds. Rows are kept when the customer is known,
// the invoice is not a cancellation, and quantity and price are above zero; the first of these that fails is the reason.
import { hash } from 'node:crypto';
import { type Normal, normaliseText, splitText, type Text } from '../../core/index.ts';
import { times, toMinor } from './decimals.ts';
import type { Layout } from './layout.ts';
import { createOccurrences } from './occurrences.ts';
import type { OrderLineItem, OrderWriter } from './order-rows.ts';

/** The `source` of its orders and of the customers it makes. */
export const retailSource = 'online-retail';
const source = normaliseText(retailSource);
const currency = 'GBP';
const decimals = 2;

/** Makes customers and products that are unknown. Amounts in pence; only the unit price may be rounded, and says so. */
export const createRetailLayout = (deps: { writer: OrderWriter }): Layout<OrderLineItem> => {
  const occurrences = createOccurrences();
  return {
    kind: 'retail',
    facts: () => [
      'orders',
      'customer.lastSeenAt',
      'customer.externalId',
      'customer.country',
      'customer.source',
      'customer.createdAt',
    ],
    read: (cleaner) => {
      const customer = customerOf(cleaner.text('CustomerID'));
      if (customer === undefined) return cleaner.fail('CustomerID', 'CUSTOMER_UNKNOWN', 'The row names no customer.');
      const invoice = cleaner.required('InvoiceNo', cleaner.text('InvoiceNo'));
      if (invoice?.startsWith('C')) return cleaner.fail('InvoiceNo', 'CANCELLED', 'The invoice is a cancellation.');
      const quantity = cleaner.required('Quantity', cleaner.integer('Quantity'));
      if (quantity <= 0) return cleaner.fail('Quantity', 'QUANTITY_NOT_POSITIVE', 'The quantity is not above zero.');
      const price = cleaner.required('UnitPrice', cleaner.decimal('UnitPrice'));
      if (price && price.units <= 0n)
        return cleaner.fail('UnitPrice', 'PRICE_NOT_POSITIVE', 'The price is not above zero.');
      const orderedAt = cleaner.required('InvoiceDate', cleaner.time('InvoiceDate'));
      const sku = cleaner.required('StockCode', cleaner.text('StockCode'));
      const name = cleaner.text('Description');
      const country = countryOf(cleaner.raw('Country'), () => cleaner.country('Country'));
      if (cleaner.problem()) return undefined;

      // A few prices have tenths of a penny. The line's total is exact to the penny, half a penny up; the unit price is only shown.
      const unitPrice = toMinor(price, decimals);
      if (unitPrice.rounded)
        cleaner.corrected('UnitPrice', 'rounded', cleaner.raw('UnitPrice')!, (unitPrice.minor / 100).toFixed(decimals));
      const content = hash('sha256', JSON.stringify([sku, quantity, cleaner.raw('UnitPrice'), name, orderedAt]), 'hex');
      return {
        order: { source: retailSource, externalId: invoice, currency, orderedAt, newStatus: 'completed' },
        customer: { kind: 'external', value: customer },
        newCustomer: { country, source },
        product: { name: name ?? sku },
        line: {
          external_id: `${content.slice(0, 24)}.${occurrences.next(invoice, content)}`,
          sku,
          name: name ?? null,
          category: null,
          quantity,
          unit_price: unitPrice.minor,
          discount: 0,
          total: toMinor(times(price, quantity), decimals).minor,
        },
      };
    },
    write: (trx, items) => deps.writer.write(trx, items),
  };
};

// Spreadsheets write the numbers with decimals: 17850.0.
const customerOf = (text: Text | undefined): Text | undefined => text && splitText(text, /\.0+$/)[0];

// What the file calls a country and is none; such a row is good all the same.
const none = new Set(['Unspecified', 'European Community', 'Channel Islands']);

const countryOf = (
  raw: string | undefined,
  country: () => Normal<'country'> | undefined,
): Normal<'country'> | undefined => (raw === undefined || none.has(raw.trim()) ? undefined : country());
