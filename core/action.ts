// What an alert or a journey can make a module do: declared by the module that owns the deed, so that rules know no module. A kind
// of action is one member of `AlertAction` in the SDK and one spec here; each runs in the transaction of what set it off.
import type { AlertAction } from '@rapport/sdk/schemas';
import type { Db } from './data/database.ts';

/** What set the action off. `key` is the same whenever this action of this firing is run: what must happen once is keyed by it. */
export type ActionCause = {
  key: string;
  /** Who asked, like `alert:big-order`. */
  source: string;
  customerId: string;
  /** Shown to templates and subscribers. */
  firing: Record<string, unknown>;
};

type Kind = AlertAction['kind'];
type ActionOf<K extends Kind> = Extract<AlertAction, { kind: K }>;

export type ActionSpec<K extends Kind = Kind> = {
  kind: K;
  /** Refuses, at save and again before activation, what could not be done; `at` is the pointer of the action. */
  check?: (action: ActionOf<K>, at: string, trx: Db) => Promise<void>;
  /** What it cannot do without, by kind: `{ template: 'welcome' }`. Nobody takes that away unasked. */
  uses?: (action: ActionOf<K>) => Record<string, string | undefined>;
  /** Answers what it made or touched: a message's id, a tag, a topic. */
  run: (trx: Db, action: ActionOf<K>, cause: ActionCause) => Promise<string>;
};

/** Typed for its author; the list holds actions of every kind. */
export const defineAction = <K extends Kind>(spec: ActionSpec<K>): ActionSpec => spec as unknown as ActionSpec;

export type Actions = ReturnType<typeof createActions>;

/** All kinds the installed modules declare. */
export const createActions = () => {
  const specs = new Map<string, ActionSpec>();
  const specOf = (kind: string): ActionSpec => {
    const spec = specs.get(kind);
    if (!spec) throw new Error(`No module declares the action ${kind}.`);
    return spec;
  };
  return {
    declare: (spec: ActionSpec): void => {
      if (specs.has(spec.kind)) throw new Error(`The action ${spec.kind} is declared twice.`);
      specs.set(spec.kind, spec);
    },
    kinds: (): string[] => [...specs.keys()],
    check: async (action: AlertAction, at: string, trx: Db): Promise<void> =>
      specOf(action.kind).check?.(action, at, trx),
    uses: (action: AlertAction): Record<string, string | undefined> => specOf(action.kind).uses?.(action) ?? {},
    run: (trx: Db, action: AlertAction, cause: ActionCause): Promise<string> =>
      specOf(action.kind).run(trx, action, cause),
  };
};
