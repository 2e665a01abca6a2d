// A new promotion, saved as a draft: it runs when it is activated.
import { createPromotion } from '@rapport/sdk/routes';
import { call } from '../../api/client.ts';
import { NewRule, useDraft } from '../../parts/rule-page.tsx';
import { bodyOf, emptyPromotion, PromotionEditor } from './editor.tsx';

export const NewPromotion = () => {
  const written = useDraft(() => emptyPromotion);
  return (
    <NewRule
      area="promotions"
      written={written}
      Editor={PromotionEditor}
      create={(conditions) =>
        call(createPromotion, { body: { key: written.draft.key, ...bodyOf(written.draft, conditions) } })
      }
    />
  );
};
