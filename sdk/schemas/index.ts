export * from './imports.ts';
export * from './messages.ts';
export * from './shared.ts';
export * from './webhooks.ts';
