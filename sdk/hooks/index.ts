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

const declared = [
  messageSend,
  messageFilter,
  customersRecommend,
  customersScore,
  modelTrain,
  scheduleRun,
  httpRequest,
  ...notices,
] as const;

/** Each of them by type: what `definePlugin` takes is made of this. */
export type AnyHook = (typeof declared)[number];

export const hooks: readonly HookSpec[] = [...declared];

export const hookNamed = (name: string): HookSpec | undefined => hooks.find((hook) => hook.name === name);
