// A new alert, saved as a draft: it watches when it is activated.
import { createAlert } from '@rapport/sdk/routes';
import { call } from '../../api/client.ts';
import { NewRule, useDraft } from '../../parts/rule-page.tsx';
import { AlertEditor, bodyOf, emptyAlert } from './editor.tsx';

export const NewAlert = () => {
  const written = useDraft(() => emptyAlert);
  return (
    <NewRule
      area="alerts"
      written={written}
      Editor={AlertEditor}
      create={(conditions) =>
        call(createAlert, { body: { key: written.draft.key, ...bodyOf(written.draft, conditions) } })
      }
    />
  );
};
