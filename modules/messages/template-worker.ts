// Runs in a worker thread of its own: checks, compiles and renders Handlebars. Knows no database, no network, no customer but the
// plain data of one job. A template that runs away is stopped by ending this thread (see renderer.ts).
import { parentPort } from 'node:worker_threads';
import Handlebars from 'handlebars';
import { findTemplateFault } from './template-rules.ts';

/** Plain data only. `maxLength` is in characters, for each part. */
export type RenderJob = {
  id: number;
  parts: { name: string; source: string; html: boolean }[];
  data: Record<string, unknown>;
  locale: string;
  timeZone: string;
  maxLength: number;
};
/** Either all parts or the first fault: a message is never rendered in part. */
export type RenderAnswer = { id: number; rendered?: Record<string, string>; fault?: { part: string; reason: string } };

const text = (value: unknown): string =>
  value === null || value === undefined || typeof value === 'object' ? '' : String(value);

const helpersFor = ({ locale, timeZone }: RenderJob): Record<string, Handlebars.HelperDelegate> => ({
  default: (value: unknown, fallback: unknown) => text(value) || text(fallback),
  upper: (value: unknown) => text(value).toUpperCase(),
  lower: (value: unknown) => text(value).toLowerCase(),
  date: (value: unknown) => {
    const at = new Date(text(value));
    return Number.isNaN(at.getTime()) ? '' : formatDate(locale, timeZone, at);
  },
  money: (amount: unknown, currency: unknown) => formatMoney(locale, Number(amount), text(currency)),
  // Only the web and mail: never javascript:, data: or a protocol of somebody's own.
  url: (value: unknown) => (/^(https?:\/\/|mailto:)[^\s"'<>]*$/i.test(text(value)) ? text(value) : '#'),
});

// An unknown time zone on a customer must not stop a mail.
const formatDate = (locale: string, timeZone: string, at: Date): string => {
  try {
    return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone }).format(at);
  } catch {
    return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(at);
  }
};

const formatMoney = (locale: string, minor: number, currency: string): string => {
  if (!Number.isFinite(minor) || !/^[A-Z]{3}$/.test(currency)) return '';
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
};

const render = (job: RenderJob): RenderAnswer => {
  const rendered: Record<string, string> = {};
  const engine = Handlebars.create();
  const helpers = helpersFor(job);
  for (const { name, source, html } of job.parts) {
    const fault = findTemplateFault(source);
    if (fault) return { id: job.id, fault: { part: name, reason: fault } };
    try {
      const template = engine.compile(source, {
        noEscape: !html,
        knownHelpers: Object.fromEntries(Object.keys(helpers).map((key) => [key, true])),
        knownHelpersOnly: true,
      });
      const out = template(job.data, {
        helpers,
        allowProtoMethodsByDefault: false,
        allowProtoPropertiesByDefault: false,
      });
      if (out.length > job.maxLength)
        return { id: job.id, fault: { part: name, reason: `it renders to more than ${job.maxLength} characters` } };
      rendered[name] = out;
    } catch (error) {
      return { id: job.id, fault: { part: name, reason: (error as Error).message.slice(0, 500) } };
    }
  }
  return { id: job.id, rendered };
};

parentPort?.on('message', (job: RenderJob) => parentPort?.postMessage(render(job)));
