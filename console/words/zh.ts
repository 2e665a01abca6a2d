// Every Chinese sentence of the console, by area. Same keys as en.ts; Chinese has one plural form.
import type { Words } from './en.ts';
import { zhAdmin } from './zh-admin.ts';
import { zhCustomers } from './zh-customers.ts';
import { zhOffers } from './zh-offers.ts';
import { zhRules } from './zh-rules.ts';
import { zhShell } from './zh-shell.ts';

/** The same keys, less the singular forms that Chinese does not have. */
type Translated<T> = {
  [K in keyof T as K extends `${string}_one` ? never : K]: T[K] extends string ? string : Translated<T[K]>;
};

export const zh: Translated<Words> = { ...zhShell, ...zhCustomers, ...zhRules, ...zhOffers, ...zhAdmin };
