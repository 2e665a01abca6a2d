// The conditions of a draft in the builder, over this shop's vocabulary, with what the server says of them at their rows.
import { useCallback } from 'react';
import { useCurrency, useVocabulary } from '../api/vocabulary.ts';
import { ConditionBuilder } from '../builder/condition-builder.tsx';
import type { RuleContext } from '../builder/editor.tsx';
import type { useChecked } from '../builder/live.ts';
import type { GroupNode } from '../builder/tree.ts';
import { Loaded } from './trouble.tsx';

type RuleConditionsProps<Draft> = {
  label: string;
  tree: GroupNode;
  onChange: (change: (draft: Draft) => Draft) => void;
  context: RuleContext;
  checked: ReturnType<typeof useChecked>;
  readOnly: boolean;
};

export const RuleConditions = <Draft extends { tree: GroupNode }>(props: RuleConditionsProps<Draft>) => {
  const { label, tree, onChange, context, checked, readOnly } = props;
  const vocabulary = useVocabulary();
  const currency = useCurrency();
  const editTree = useCallback(
    (change: (tree: GroupNode) => GroupNode) => onChange((old) => ({ ...old, tree: change(old.tree) })),
    [onChange],
  );
  return (
    <Loaded query={vocabulary}>
      {(loaded) => (
        <ConditionBuilder
          label={label}
          tree={tree}
          onChange={editTree}
          vocabulary={loaded}
          context={context}
          currency={currency}
          problems={checked.problems}
          readOnly={readOnly}
        />
      )}
    </Loaded>
  );
};
