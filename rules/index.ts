// The rules' only door.
export { type AlertActions, alertActionsOf } from './populations.ts';
export { rulesModule } from './rules.ts';
export type { RuleServices } from './services.ts';
