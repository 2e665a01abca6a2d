// What `rapport doctor` looks at of the machine: the runtime and the data folder.
import { existsSync } from 'node:fs';
import { access, constants, statfs } from 'node:fs/promises';
import { type DoctorCheck, problem, well } from '../../../core/index.ts';

const lowestNode = 26;
const freeBytes = 512 * 1024 ** 2;

/** `version`: of Node, as process.versions has it. */
export const nodeCheck = (version: string): DoctorCheck => ({
  name: 'node',
  promise: `Node is ${lowestNode} or newer`,
  run: () =>
    Number(version.split('.')[0]) >= lowestNode
      ? well(version)
      : problem(`${version} is too old`, `install Node ${lowestNode} or newer`),
});

/** Without the database. A data folder that does not exist is a problem, also before the first start. */
export const machineChecks: readonly DoctorCheck[] = [
  nodeCheck(process.versions.node),
  {
    name: 'data folder',
    promise: 'the data folder can be read and written, with 512 MB free',
    run: async ({ config: { dataDir } }) => {
      if (!existsSync(dataDir)) return problem(`${dataDir} does not exist yet`, 'the first start makes it');
      await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
      const { bavail, bsize } = await statfs(dataDir);
      const free = `${Math.floor((bavail * bsize) / 1024 ** 2)} MB free`;
      return bavail * bsize < freeBytes
        ? problem(`only ${free} in ${dataDir}`, 'make room, or move it (RAPPORT_DATA_DIR)')
        : well(`${dataDir}, ${free}`);
    },
  },
];
