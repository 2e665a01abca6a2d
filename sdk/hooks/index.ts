// Every hook there is. A plugin can provide what is in this list and nothing else.
import type { HookSpec } from '../hook.ts';
import { customersRecommend, customersScore, modelTrain } from './insights.ts';
import { messageFilter, messageSend } from './messages.ts';
import { notices } from './notices.ts';
import { httpRequest, scheduleRun } from './platform.ts';

export * from './insights.ts';
export * from './messages.ts';
export * from './notices.ts';
export * from './platform.ts';

export const hooks: readonly HookSpec[] = [
  messageSend,
  messageFilter,
  customersRecommend,
  customersScore,
  modelTrain,
  scheduleRun,
  httpRequest,
  ...notices,
];

export const hookNamed = (name: string): HookSpec | undefined => hooks.find((hook) => hook.name === name);
