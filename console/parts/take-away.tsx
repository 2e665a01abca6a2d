// Before something that rules may name is archived or removed: who names it, and the choice to pause those that run.
import { listDependents } from '@rapport/sdk/routes';
import type { Dependent } from '@rapport/sdk/schemas';
import { call, queries } from '../api/client.ts';
import { useWords } from '../words/words.ts';
import { useConfirm } from './form.tsx';
import { Tag } from './page.tsx';
import { Status } from './time.tsx';

type Removal = {
  /** As the API names it: `segment:vip`; absent where no rule can name it. */
  of?: string;
  title: string;
  text: string;
  confirm: string;
  /** Acts without a question where nobody names it. */
  quick?: boolean;
  act: (cascade: boolean) => void;
};

/** Nobody, where whoever is asking may not see rules: the server still refuses. */
const usersOf = async (of: string): Promise<Dependent[]> => {
  try {
    const { data } = await queries.fetchQuery({
      queryKey: ['rules', 'dependents', of],
      queryFn: ({ signal }) => call(listDependents, { query: { of }, signal }),
      staleTime: 0,
      retry: false,
    });
    return data.filter(({ active, draft }) => active || draft);
  } catch {
    return [];
  }
};

/** `const { takeAway, dialog } = useTakeAway()`: asks once the users are known; the page renders `dialog` once. */
export const useTakeAway = () => {
  const { t } = useWords();
  const { ask, dialog } = useConfirm();
  const takeAway = async ({ of, title, text, confirm, quick, act }: Removal): Promise<void> => {
    const users = of === undefined ? [] : await usersOf(of);
    if (users.length === 0) {
      if (quick) act(false);
      else ask({ title, text, confirm, danger: true, act: () => act(false) });
      return;
    }
    ask({
      title,
      text: <UsersOf users={users} text={text} />,
      confirm: t('uses.confirm', { what: confirm }),
      danger: true,
      act: () => act(true),
    });
  };
  return { takeAway, dialog };
};

const UsersOf = ({ users, text }: { users: readonly Dependent[]; text: string }) => {
  const { t } = useWords();
  return (
    <>
      <p>{text}</p>
      <p>{t('uses.named', { count: users.length })}</p>
      <ul>
        {users.map(({ kind, key, name, status, draft }) => (
          <li key={`${kind}:${key}`} className="head-tags">
            <span>
              {t(`conditions.kinds.${kind}`)} <strong>{name}</strong>
            </span>
            <Status status={status} />
            {draft && status === 'active' && <Tag>{t('uses.draft')}</Tag>}
          </li>
        ))}
      </ul>
      <p>{t('uses.choice')}</p>
    </>
  );
};
