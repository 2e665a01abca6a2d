// The editor of conditions: nested all/any/not over the vocabulary, by mouse or keyboard alone. It holds no state of its own
// beyond the tree it is given, and asks nothing of the server: counting and checking belong to the page around it.
import '../styles/builder.css';
import { type KeyboardEvent, useCallback, useLayoutEffect, useMemo, useRef } from 'react';
import type { Vocabulary } from '../api/vocabulary-words.ts';
import { useWords } from '../words/words.ts';
import { type Editor, EditorProvider, ProblemsContext, type RuleContext } from './editor.tsx';
import { Group } from './group.tsx';
import { type GroupNode, move, update } from './tree.ts';

type BuilderProps = {
  tree: GroupNode;
  onChange: (change: (tree: GroupNode) => GroupNode) => void;
  vocabulary: Vocabulary;
  context: RuleContext;
  currency: string;
  problems?: ReadonlyMap<string, string[]>;
  readOnly?: boolean;
  label: string;
};

const none: ReadonlyMap<string, string[]> = new Map();

export const ConditionBuilder = (props: BuilderProps) => {
  const { tree, onChange, vocabulary, context, currency, problems = none, readOnly = false, label } = props;
  const { t, language } = useWords();
  const frame = useRef<HTMLDivElement>(null);
  // Pages make a new `onChange` with every keystroke; the rows get one that stays, or all of them would be drawn again.
  const latest = useRef(onChange);
  useLayoutEffect(() => {
    latest.current = onChange;
  });
  const edit: Editor['edit'] = useCallback((change) => latest.current(change), []);
  const replace: Editor['replace'] = useCallback((id, change) => edit((root) => update(root, id, change)), [edit]);
  const editor = useMemo(
    (): Editor => ({ vocabulary, context, language, currency, readOnly, edit, replace }),
    [vocabulary, context, language, currency, readOnly, edit, replace],
  );
  // Alt+arrow moves the row that has the focus; the focus goes with it.
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.altKey ? ({ ArrowUp: -1, ArrowDown: 1 } as const)[event.key] : undefined;
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-node]');
    const id = row?.dataset.node;
    if (readOnly || step === undefined || !id) return;
    event.preventDefault();
    onChange((root) => move(root, id, step));
    requestAnimationFrame(() => frame.current?.querySelector<HTMLElement>(`[data-node="${id}"] button`)?.focus());
  };
  return (
    <EditorProvider value={editor}>
      <ProblemsContext.Provider value={problems}>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would name every field inside it */}
        <div ref={frame} className="builder" role="group" aria-label={label} onKeyDown={onKeyDown}>
          <Group node={tree} root />
        </div>
        {!readOnly && <p className="builder-hint small dim">{t('builder.keys')}</p>}
      </ProblemsContext.Provider>
    </EditorProvider>
  );
};
