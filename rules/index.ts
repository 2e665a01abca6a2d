// The public entry of rules.
export { rulesModule } from './rules.ts';
export type { RuleServices } from './services.ts';
