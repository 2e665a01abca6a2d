// The only entry to the rules.
export { rulesModule } from './rules.ts';
export type { RuleServices } from './services.ts';
