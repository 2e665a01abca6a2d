// A new named condition, saved as a draft: rules may name it when it is activated.
import { createCondition } from '@rapport/sdk/routes';
import { call } from '../../api/client.ts';
import { NewRule, useDraft } from '../../parts/rule-page.tsx';
import { bodyOf, ConditionEditor, emptyCondition } from './editor.tsx';

export const NewCondition = () => {
  const written = useDraft(() => emptyCondition);
  return (
    <NewRule
      area="conditions"
      written={written}
      Editor={ConditionEditor}
      create={(conditions) =>
        call(createCondition, { body: { key: written.draft.key, ...bodyOf(written.draft, conditions) } })
      }
    />
  );
};
