// The state of a rule: in lists as on its page.
import { useWords } from '../words/words.ts';
import { Tag } from './page.tsx';
import { Status } from './time.tsx';

export type StoredRule = {
  key: string;
  name: string;
  status: 'draft' | 'active' | 'paused' | 'archived';
  version: number;
  activeVersion: number | null;
  broken: string | null;
};

/** A broken rule says so beside its state: it is active and cannot be evaluated. */
export const RuleState = ({ rule: { status, broken } }: { rule: Pick<StoredRule, 'status' | 'broken'> }) => {
  const { t } = useWords();
  return (
    <span className="tags">
      <Status status={status} />
      {broken && <Tag tone="bad">{t('rule.broken')}</Tag>}
    </span>
  );
};
