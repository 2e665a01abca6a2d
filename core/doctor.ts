// What a module may declare for `rapport doctor`: a check finds out whether one thing is well. Repairs nothing, makes nothing.
import type { Config } from './config.ts';
import type { Database } from './data/database.ts';
import type { TablePolicy } from './declared.ts';

/** `detail`: what was seen. `remedy`: what the operator can do. Both are shown as they are. */
export type Finding = { ok: true; detail: string } | { ok: false; detail: string; remedy: string };

export type DoctorTools = {
  config: Config;
  now: number;
  /** What every module of the installation declares about its tables. */
  tables: readonly TablePolicy[];
};

type Named = {
  /** Unique: one or two words, shown before the finding. */
  name: string;
  /** What is true when it finds nothing, as part of a sentence; listed in the docs. */
  promise: string;
};

/**
 * A check answers or throws; either way the next one runs. One that `needs` the database is left out where it cannot be opened, and
 * must only read.
 */
export type DoctorCheck =
  | (Named & { needs?: undefined; run: (tools: DoctorTools) => Finding | Promise<Finding> })
  | (Named & { needs: 'database'; run: (tools: DoctorTools & { database: Database }) => Finding | Promise<Finding> });

export const well = (detail: string): Finding => ({ ok: true, detail });
export const problem = (detail: string, remedy: string): Finding => ({ ok: false, detail, remedy });
