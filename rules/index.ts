// The rules' only door.
export { rulesModule } from './rules.ts';
export type { RuleServices } from './services.ts';
