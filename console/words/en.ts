// Every English sentence of the console, by area. zh.ts has the same keys; a test compares them.
import { enAdmin } from './en-admin.ts';
import { enCustomers } from './en-customers.ts';
import { enOffers } from './en-offers.ts';
import { enRules } from './en-rules.ts';
import { enShell } from './en-shell.ts';

export const en = { ...enShell, ...enCustomers, ...enRules, ...enOffers, ...enAdmin };
export type Words = typeof en;
