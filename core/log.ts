// Structured logs, one JSON object a line on standard error. A request's lines carry its id.
import { pino } from 'pino';

export type Log = {
  debug: (fields: object, message: string) => void;
  info: (fields: object, message: string) => void;
  warn: (fields: object, message: string) => void;
  error: (fields: object, message: string) => void;
  child: (fields: object) => Log;
};

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

// Never in a log, whatever object they sit in.
const secrets = ['password', 'secret', 'token', 'authorization', 'cookie', 'clientSecret', 'totp'];

export const createLog = (level: LogLevel): Log =>
  pino(
    {
      level,
      base: null,
      redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination({ fd: 2, sync: false }),
  ) as unknown as Log;

export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLog,
};
