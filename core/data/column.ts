// Between columns and values where the two databases differ: JSON comes back as text from SQLite, as a value from PostgreSQL.

export const toJson = (value: unknown): string => JSON.stringify(value);

export const fromJson = <T>(column: unknown): T => (typeof column === 'string' ? JSON.parse(column) : column) as T;

export const toIso = (ms: number): string => new Date(ms).toISOString();

export const toIsoOrNull = (ms: number | null | undefined): string | null => (ms == null ? null : toIso(ms));
