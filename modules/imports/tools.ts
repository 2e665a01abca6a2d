// Puts together what one import needs: its fields, its mapping, its layout, its cleaner. The one place that knows all kinds.

import type { ImportKind } from '@rapport/sdk/schemas';
import type { Events, Platform } from '../../core/index.ts';
import { createCleaner } from './cleaning.ts';
import { createCustomersLayout, type WriteCustomers } from './customers.ts';
import { isTimeZone } from './dates.ts';
import { ImportMappingInvalid } from './errors.ts';
import { createEventsLayout } from './events.ts';
import { type AttributeDefinition, type Field, fieldsOf } from './fields.ts';
import type { Layout } from './layout.ts';
import { createMapper, type Mapping, parseMapping } from './mapping.ts';
import { type Commerce, createOrderWriter } from './order-rows.ts';
import { createOrdersLayout } from './orders.ts';
import { createProductsLayout } from './products.ts';
import { createRetailLayout } from './retail.ts';
import { createRowCheck } from './row-check.ts';
import type { Tools } from './run.ts';
import type { ImportRow, ImportSettings } from './store.ts';

export type ToolsDeps = {
  platform: Platform;
  commerce: Commerce;
  events: Events;
  /** Active definitions, and the country of phones without one. */
  attributes: () => Promise<{ definitions: readonly AttributeDefinition[]; defaultCountry: string | null }>;
  writeCustomers: WriteCustomers;
};

/** `mapperFor` and `refuseMissing` throw ImportMappingInvalid with a pointer to the query. */
export const createTools = (deps: ToolsDeps) => {
  const { commerce, events } = deps;
  const { clock } = deps.platform;

  const mapperFor = async (what: ImportKind, settings: ImportSettings, decided?: Mapping) => {
    if (settings.timeZone !== undefined && !isTimeZone(settings.timeZone))
      throw new ImportMappingInvalid(`"${settings.timeZone}" is no IANA time zone.`, { pointer: '/query/timeZone' });
    const { definitions } = await deps.attributes();
    const fields = fieldsOf(what, definitions);
    return { fields, mapper: createMapper(what, fields, decided ?? parseMapping(settings.mapping)) };
  };

  const layoutFor = (what: ImportKind, settings: ImportSettings, fields: Field[]): Layout => {
    const check = createRowCheck();
    const createCustomers = settings.createCustomers ?? false;
    const writeCustomers = deps.writeCustomers;
    const writer = createOrderWriter({ commerce, writeCustomers });
    if (what === 'customers') return createCustomersLayout({ clock, fields, check, write: writeCustomers });
    if (what === 'orders') return createOrdersLayout({ writer, check, createCustomers });
    if (what === 'events') return createEventsLayout({ clock, events, check, createCustomers, writeCustomers });
    if (what === 'products') return createProductsLayout({ commerce, check });
    return createRetailLayout({ writer });
  };

  return {
    mapperFor,
    refuseMissing: (missing: readonly string[]): void => {
      if (missing.length > 0)
        throw new ImportMappingInvalid(`No column is mapped to ${missing.join(', ')}.`, { pointer: '/query/mapping' });
    },
    toolsFor: async (row: ImportRow): Promise<Tools> => {
      // What was decided at the start holds to the end, whatever attributes are added meanwhile.
      const decided = row.columns.length > 0 ? new Map(row.columns.map((c) => [c.name, c.field])) : undefined;
      const { fields, mapper } = await mapperFor(row.what, row.settings, decided);
      const { defaultCountry } = await deps.attributes();
      const { timeZone, country, currency } = row.settings;
      // The public files of this layout have ISO times or the American order.
      const dateOrder = row.settings.dateOrder ?? (row.what === 'retail' ? 'mdy' : undefined);
      const cleaner = createCleaner({ timeZone, dateOrder, currency, country: country ?? defaultCountry ?? undefined });
      return { mapper, layout: layoutFor(row.what, row.settings, fields), cleaner };
    },
  };
};

export type ImportTools = ReturnType<typeof createTools>;
