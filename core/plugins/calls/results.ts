// Reads what a plugin answered. Text from a stranger: its shape is checked by the hook's schema, its ids against those it was asked
// about; what does not fit is an outcome, not an error.
import type { HookSpec } from '@rapport/sdk';
import { type Check, createValidator } from '../../http/validate.ts';

/** Of the values of a scorer, as its manifest declares them. */
export type Bounds = { minimum?: number; maximum?: number };

export type Read = { value: unknown } | { fault: string };

export const createResultReader = () => {
  const validator = createValidator();
  const checks = new Map<string, Check>();
  const checkOf = (hook: HookSpec): Check => {
    const known = checks.get(hook.name) ?? validator.body(hook.output);
    checks.set(hook.name, known);
    return known;
  };
  return (hook: HookSpec, text: string, input: unknown, bounds: Bounds = {}): Read => {
    // Never in an honest answer, and trouble wherever objects are merged or stored later.
    if (/__proto__|\\u005f|\\u0000/i.test(text)) return { fault: 'It holds __proto__ or a NUL character.' };
    let value: unknown;
    try {
      value = JSON.parse(text);
      checkOf(hook)(value, '');
    } catch (error) {
      const { message, pointer } = error as Error & { pointer?: string };
      return { fault: `${pointer ? `${pointer}: ` : ''}${message}` };
    }
    const stranger = strangerIn(hook, value, input);
    if (stranger !== undefined) return { fault: `It names a customer it was not asked about: ${stranger}.` };
    const outside = hook.bounded ? outsideOf(bounds, value as { value: number }[]) : undefined;
    return outside === undefined ? { value } : { fault: outside };
  };
};

export type ResultReader = ReturnType<typeof createResultReader>;

const outsideOf = ({ minimum, maximum }: Bounds, scores: readonly { value: number }[]): string | undefined => {
  if (minimum === undefined && maximum === undefined) return;
  const at = scores.findIndex(
    ({ value }) => (minimum !== undefined && value < minimum) || (maximum !== undefined && value > maximum),
  );
  if (at < 0) return;
  return `/${at}/value: ${scores[at]!.value} is outside the bounds of the manifest, ${minimum ?? '…'} to ${maximum ?? '…'}.`;
};

const strangerIn = (hook: HookSpec, value: unknown, input: unknown): string | undefined => {
  if (!hook.namesCustomers) return;
  const asked = new Set((input as { customers: { id: string }[] }).customers.map(({ id }) => id));
  const named = (value as { customer: string | null }[]).map(({ customer }) => customer);
  return named.find((id) => id !== null && !asked.has(id))?.slice(0, 64);
};
