// Renders templates off the main thread, one after another, each with a time and an output limit. A template that takes too long
// costs its own render and a new thread, nothing else.

import { Worker } from 'node:worker_threads';
import type { MessageContent } from '@rapport/sdk/schemas';
import { defineError } from '../../core/index.ts';
import type { RenderAnswer, RenderJob } from './template-worker.ts';

export const TemplateInvalid = defineError(
  'TEMPLATE_INVALID',
  422,
  'The template cannot be compiled or rendered.',
  (reason: string) => `The template cannot be used: ${reason}.`,
);

/** Of one render; `characters` is the length of each part it gives, `memoryMb` the heap of the thread. */
export const renderLimits = { timeMs: 500, characters: 1_000_000, memoryMb: 64 };

/**
 * `content` holds templates by the name of their part; only the part `html` is escaped for HTML.
 * `language` (BCP 47) and `timeZone` (IANA, UTC when absent) shape dates and amounts.
 */
export type RenderInput = {
  content: MessageContent;
  data: Record<string, unknown>;
  language: string;
  timeZone?: string;
};
export type Renderer = {
  render: (input: RenderInput, pointer?: string) => Promise<MessageContent>;
  stop: () => Promise<void>;
};

type Waiting = {
  job: RenderJob;
  pointer: string;
  resolve: (content: MessageContent) => void;
  reject: (error: Error) => void;
};

/**
 * One thread for all renders, made when it is needed. `render` throws TemplateInvalid with a pointer to the part at fault; what it is given is
 * copied as JSON first, so that a template sees no method. It does not wait for places: a caller that asks for many waits for all before his.
 */
export const createRenderer = (): Renderer => {
  const queue: Waiting[] = [];
  let worker: Worker | undefined;
  let current: Waiting | undefined;
  let timer: NodeJS.Timeout | undefined;
  let count = 0;

  const settle = (answer: RenderAnswer): void => {
    const done = current;
    if (!done || answer.id !== done.job.id) return;
    clearTimeout(timer);
    current = undefined;
    const part = answer.fault?.part ?? '';
    if (answer.rendered) done.resolve(answer.rendered);
    else
      done.reject(
        new TemplateInvalid(`${part}: ${answer.fault?.reason ?? 'no answer'}`, { pointer: `${done.pointer}/${part}` }),
      );
    next();
  };

  const abandon = (reason: string): void => {
    const stopped = worker;
    worker = undefined;
    void stopped?.terminate();
    if (current) settle({ id: current.job.id, fault: { part: current.job.parts[0]?.name ?? 'text', reason } });
  };

  const open = (): Worker => {
    const thread = new Worker(new URL('./template-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: renderLimits.memoryMb },
      env: {},
    });
    thread.unref();
    thread.on('message', (answer: RenderAnswer) => thread === worker && settle(answer));
    thread.on('error', (error: Error) => thread === worker && abandon(error.message));
    return thread;
  };

  const next = (): void => {
    if (current) return;
    current = queue.shift();
    if (!current) return;
    // The first render of a thread also pays for starting it.
    const starting = worker === undefined;
    worker ??= open();
    timer = setTimeout(
      () => abandon(`it takes longer than ${renderLimits.timeMs} ms`),
      renderLimits.timeMs + (starting ? 3000 : 0),
    );
    worker.postMessage(current.job);
  };

  return {
    render: ({ content, data, language, timeZone = 'UTC' }, pointer = '/content') =>
      new Promise((resolve, reject) => {
        const parts = Object.entries(content).map(([name, source]) => ({ name, source, html: name === 'html' }));
        const plain = JSON.parse(JSON.stringify(data)) as Record<string, unknown>;
        const job: RenderJob = {
          id: ++count,
          parts,
          data: plain,
          locale: language,
          timeZone,
          maxLength: renderLimits.characters,
        };
        queue.push({ job, pointer, resolve, reject });
        next();
      }),
    stop: async () => {
      clearTimeout(timer);
      await worker?.terminate();
    },
  };
};
