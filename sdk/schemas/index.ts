export * from './alerts.ts';
export * from './imports.ts';
export * from './messages.ts';
export * from './rule-documents.ts';
export * from './segments.ts';
export * from './shared.ts';
export * from './webhooks.ts';
