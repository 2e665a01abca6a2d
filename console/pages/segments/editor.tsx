// The rule of a segment being written, beside who would be in. Saving belongs to the page around it.
import { Checkbox } from '@mantine/core';
import { type ReactNode, useCallback } from 'react';
import { useCurrency, useVocabulary } from '../../api/vocabulary.ts';
import { ConditionBuilder } from '../../builder/condition-builder.tsx';
import { useChecked } from '../../builder/live.ts';
import { type GroupNode, newGroup } from '../../builder/tree.ts';
import { fieldError, unplaced } from '../../parts/form.tsx';
import { Panel } from '../../parts/page.tsx';
import { RuleFields, type RuleHead } from '../../parts/rule-fields.tsx';
import { Loaded, Trouble } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';
import { Audience } from './audience.tsx';

export type SegmentDraft = RuleHead & { tree: GroupNode; everyone: boolean };
export const emptyDraft: SegmentDraft = { key: '', name: '', description: '', tree: newGroup(), everyone: false };

type EditorProps = {
  draft: SegmentDraft;
  onChange: (change: (draft: SegmentDraft) => SegmentDraft) => void;
  isNew?: boolean;
  readOnly?: boolean;
  error: unknown;
  footer: (ready: boolean, conditions: Record<string, unknown>) => ReactNode;
};

export const SegmentEditor = ({ draft, onChange, isNew = false, readOnly = false, error, footer }: EditorProps) => {
  const { t } = useWords();
  const vocabulary = useVocabulary();
  const currency = useCurrency();
  const checked = useChecked(draft.tree, 'customer');
  const editTree = useCallback(
    (change: (tree: GroupNode) => GroupNode) => onChange((old) => ({ ...old, tree: change(old.tree) })),
    [onChange],
  );
  const everyone = draft.tree.children.length === 0;
  const ready =
    checked.valid &&
    checked.open === 0 &&
    draft.name.trim() !== '' &&
    draft.key !== '' &&
    (!everyone || draft.everyone);
  return (
    <div className="editor-columns">
      <div className="grid">
        <Panel>
          <RuleFields
            value={draft}
            isNew={isNew}
            readOnly={readOnly}
            error={error}
            onChange={(head) => onChange((old) => ({ ...old, ...head }))}
          />
        </Panel>
        <Panel title={t('builder.label')}>
          <Loaded query={vocabulary}>
            {(loaded) => (
              <ConditionBuilder
                label={t('builder.label')}
                tree={draft.tree}
                onChange={editTree}
                vocabulary={loaded}
                context="customer"
                currency={currency}
                problems={checked.problems}
                readOnly={readOnly}
              />
            )}
          </Loaded>
          {everyone && !readOnly && (
            <Checkbox
              mt="sm"
              size="sm"
              label={t('segments.everyone')}
              checked={draft.everyone}
              onChange={(event) => {
                const { checked: everyoneMeant } = event.currentTarget;
                onChange((old) => ({ ...old, everyone: everyoneMeant }));
              }}
            />
          )}
          <Trouble error={checked.error ?? unplaced(error, ['/name', '/key', '/description'])} />
          {fieldError(error, '/conditions') && <p className="row-problem">{fieldError(error, '/conditions')}</p>}
          {!readOnly && <div className="form-foot">{footer(ready, checked.conditions as Record<string, unknown>)}</div>}
        </Panel>
      </div>
      <div className="sticky">
        <Audience settled={checked.settled} valid={checked.valid} open={checked.open} />
      </div>
    </div>
  );
};
