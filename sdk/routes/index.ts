export * from './alerts.ts';
export * from './imports.ts';
export * from './messages.ts';
export * from './platform.ts';
export * from './promotions.ts';
export * from './segments.ts';
export * from './webhooks.ts';
