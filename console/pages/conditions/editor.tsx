// A named condition being written: where it may be named, and what it stands for. Saving belongs to the page around it.
import { NativeSelect } from '@mantine/core';
import type { RuleContext } from '../../builder/editor.tsx';
import { useChecked } from '../../builder/live.ts';
import { type GroupNode, newFact, newGroup } from '../../builder/tree.ts';
import { fieldError, unplaced } from '../../parts/form.tsx';
import { Panel } from '../../parts/page.tsx';
import { RuleConditions } from '../../parts/rule-conditions.tsx';
import { RuleFields, type RuleHead } from '../../parts/rule-fields.tsx';
import type { RuleEditorProps } from '../../parts/rule-page.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';

export type ConditionDraft = RuleHead & { tree: GroupNode; context: RuleContext };
export const emptyCondition: ConditionDraft = {
  key: '',
  name: '',
  description: '',
  tree: newGroup([newFact()]),
  context: 'customer',
};

/** The body that saves a draft. */
export const bodyOf = (draft: ConditionDraft, conditions: Record<string, unknown>) => ({
  name: draft.name,
  description: draft.description || null,
  context: draft.context,
  conditions,
});

const contexts: readonly RuleContext[] = ['customer', 'cart', 'event'];

export const ConditionEditor = ({
  draft,
  onChange,
  isNew = false,
  readOnly = false,
  error,
  footer,
}: RuleEditorProps<ConditionDraft>) => {
  const { t } = useWords();
  const checked = useChecked(draft.tree, draft.context);
  const empty = draft.tree.children.length === 0;
  const ready = checked.valid && checked.open === 0 && draft.name.trim() !== '' && draft.key !== '' && !empty;
  return (
    <div className="grid">
      <Panel>
        <RuleFields
          value={draft}
          isNew={isNew}
          readOnly={readOnly}
          error={error}
          onChange={(head) => onChange((old) => ({ ...old, ...head }))}
        />
        <NativeSelect
          mt="sm"
          label={t('conditions.context')}
          value={draft.context}
          disabled={readOnly}
          onChange={(event) => {
            const context = event.currentTarget.value as RuleContext;
            onChange((old) => ({ ...old, context }));
          }}
          data={contexts.map((value) => ({ value, label: t(`conditions.contexts.${value}`) }))}
          error={fieldError(error, '/context')}
        />
      </Panel>
      <Panel title={t('conditions.rule')}>
        <RuleConditions
          label={t('conditions.rule')}
          tree={draft.tree}
          onChange={onChange}
          context={draft.context}
          checked={checked}
          readOnly={readOnly}
        />
        {empty && <p className="small dim">{t('conditions.empty')}</p>}
        <Trouble error={checked.error ?? unplaced(error, ['/name', '/key', '/description', '/context'])} />
        {checked.open > 0 && <p className="small warn-text">{t('builder.open', { count: checked.open })}</p>}
        {!readOnly && <div className="form-foot">{footer(ready, checked.conditions as Record<string, unknown>)}</div>}
      </Panel>
    </div>
  );
};
