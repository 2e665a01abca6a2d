// What `rapport doctor` looks at of plugins: those that Rapport switched off, and those whose calls fail.
import { type DoctorCheck, problem, well } from '../doctor.ts';
import { createRunsStore } from './calls/runs-store.ts';
import { createPluginStore } from './packages/store.ts';

const hour = 3_600_000;

export const pluginChecks: readonly DoctorCheck[] = [
  {
    name: 'plugins',
    promise: 'no plugin was switched off for its faults, and none fails half of its calls',
    needs: 'database',
    run: async ({ database, now }) => {
      const off = (await createPluginStore(database.reader).list())
        .filter(({ disabledReason }) => disabledReason !== null)
        .map(({ id, disabledReason }) => `${id} is off: ${disabledReason}`);
      const failing = (await createRunsStore(database.reader).countCalls(now - hour))
        .filter(({ calls, failed }) => calls >= 5 && failed * 2 >= calls)
        .map(({ plugin, calls, failed }) => `${plugin} failed ${failed} of ${calls} calls in the last hour`);
      const found = [...off, ...failing];
      return found.length === 0
        ? well('none switched off, none failing')
        : problem(found.join('; '), 'rapport plugin logs <id> says why');
    },
  },
];
