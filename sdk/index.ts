// The vocabulary of Rapport: what a plugin author, an app and the server itself all speak.
export * from './contract.ts';
export * from './hook.ts';
export * from './plugin.ts';
export * from './scope-words.ts';
export * from './scopes.ts';
