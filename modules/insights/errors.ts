// What can be wrong with a request about scorers.
import { defineError } from '../../core/index.ts';

/** Also while its plugin is switched off; scores it wrote stay until then and after. */
export const ScorerNotFound = defineError(
  'SCORER_NOT_FOUND',
  404,
  'No enabled plugin provides this scorer.',
  (key: string) => `No scorer ${key} is running here.`,
);

export const ScheduleInvalid = defineError(
  'SCORER_SCHEDULE_INVALID',
  422,
  'The schedule cannot be kept: no cron pattern, a scorer that builds no model, or a plugin that does not offer it.',
  (detail: string) => detail,
);
