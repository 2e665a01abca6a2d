// The tab with the versions of a rule, loaded when it is opened.
import type { RuleHistory } from '@rapport/sdk/schemas';
import { useQuery } from '@tanstack/react-query';
import { History } from './history.tsx';
import type { RuleArea } from './rule-page.tsx';
import { Loaded } from './trouble.tsx';

type VersionsProps = {
  area: RuleArea;
  ruleKey: string;
  load: (signal: AbortSignal) => Promise<RuleHistory>;
  onActivate: ((version: number) => void) | undefined;
};

export const Versions = ({ area, ruleKey, load, onActivate }: VersionsProps) => {
  const history = useQuery({ queryKey: [area, ruleKey, 'versions'], queryFn: ({ signal }) => load(signal) });
  return <Loaded query={history}>{(data) => <History history={data} onActivate={onActivate} />}</Loaded>;
};
