// A promotion being written: name, who gets it (conditions over customer and cart), what it gives.
import { TextInput } from '@mantine/core';
import type { PromotionParams } from '@rapport/sdk/schemas';
import { useCurrency } from '../../api/vocabulary.ts';
import { useChecked } from '../../builder/live.ts';
import { type GroupNode, newGroup } from '../../builder/tree.ts';
import { fieldError, unplaced } from '../../parts/form.tsx';
import { Panel } from '../../parts/page.tsx';
import { RuleConditions } from '../../parts/rule-conditions.tsx';
import { RuleFields, type RuleHead } from '../../parts/rule-fields.tsx';
import type { RuleEditorProps } from '../../parts/rule-page.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';
import { GrantForm } from './grant-form.tsx';

export type PromotionDraft = RuleHead & { tree: GroupNode; params: PromotionParams; priority: number };
export const emptyPromotion: PromotionDraft = {
  key: '',
  name: '',
  description: '',
  tree: newGroup(),
  params: { target: 'order', bp: 1000 },
  priority: 1,
};

/** The body that saves a draft; a promotion without conditions is for every cart, and says so. */
export const bodyOf = (draft: PromotionDraft, conditions: Record<string, unknown>) => ({
  name: draft.name,
  description: draft.description || null,
  priority: draft.priority,
  conditions,
  event: { type: 'grant', params: draft.params },
  ...(draft.tree.children.length === 0 && { confirmEveryone: true }),
});

export const PromotionEditor = ({
  draft,
  onChange,
  isNew = false,
  readOnly = false,
  error,
  footer,
}: RuleEditorProps<PromotionDraft>) => {
  const { t } = useWords();
  const currency = useCurrency();
  const checked = useChecked(draft.tree, 'cart');
  const ready = checked.valid && checked.open === 0 && draft.name.trim() !== '' && draft.key !== '';
  return (
    <div className="grid">
      <Panel>
        <div className="fields">
          <RuleFields
            value={draft}
            isNew={isNew}
            readOnly={readOnly}
            error={error}
            onChange={(head) => onChange((old) => ({ ...old, ...head }))}
          />
          <TextInput
            label={t('rule.priority')}
            description={t('promotions.priorityHint')}
            type="number"
            maw={180}
            readOnly={readOnly}
            value={draft.priority}
            onChange={(event) => {
              const priority = Math.trunc(Number(event.currentTarget.value) || 0);
              onChange((old) => ({ ...old, priority }));
            }}
            error={fieldError(error, '/priority')}
          />
        </div>
      </Panel>
      <Panel title={t('promotions.when')}>
        <RuleConditions
          label={t('promotions.when')}
          tree={draft.tree}
          onChange={onChange}
          context="cart"
          checked={checked}
          readOnly={readOnly}
        />
        <Trouble error={checked.error} />
      </Panel>
      <Panel title={t('promotions.gives')}>
        <GrantForm
          value={draft.params}
          onChange={(params) => onChange((old) => ({ ...old, params }))}
          currency={currency}
          error={error}
          readOnly={readOnly}
        />
        <Trouble error={unplaced(error, ['/name', '/key', '/description', '/priority'])} />
        {checked.open > 0 && <p className="small warn-text">{t('builder.open', { count: checked.open })}</p>}
        {!readOnly && <div className="form-foot">{footer(ready, checked.conditions as Record<string, unknown>)}</div>}
      </Panel>
    </div>
  );
};
