export * from './imports.ts';
export * from './messages.ts';
export * from './platform.ts';
export * from './webhooks.ts';
