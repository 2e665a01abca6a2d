// The rule of a segment being written, beside who would be in. Saving belongs to the page around it.
import { Checkbox } from '@mantine/core';
import { useChecked } from '../../builder/live.ts';
import { type GroupNode, newGroup } from '../../builder/tree.ts';
import { fieldError, unplaced } from '../../parts/form.tsx';
import { Panel } from '../../parts/page.tsx';
import { RuleConditions } from '../../parts/rule-conditions.tsx';
import { RuleFields, type RuleHead } from '../../parts/rule-fields.tsx';
import type { RuleEditorProps } from '../../parts/rule-page.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';
import { Audience } from './audience.tsx';

export type SegmentDraft = RuleHead & { tree: GroupNode; everyone: boolean };
export const emptyDraft: SegmentDraft = { key: '', name: '', description: '', tree: newGroup(), everyone: false };

/** The body that saves a draft. */
export const bodyOf = (draft: SegmentDraft, conditions: Record<string, unknown>) => ({
  name: draft.name,
  description: draft.description || null,
  conditions,
  ...(draft.everyone && { confirmEveryone: true }),
});

export const SegmentEditor = ({
  draft,
  onChange,
  isNew = false,
  readOnly = false,
  error,
  footer,
}: RuleEditorProps<SegmentDraft>) => {
  const { t } = useWords();
  const checked = useChecked(draft.tree, 'customer');
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
          <RuleConditions
            label={t('builder.label')}
            tree={draft.tree}
            onChange={onChange}
            context="customer"
            checked={checked}
            readOnly={readOnly}
          />
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
