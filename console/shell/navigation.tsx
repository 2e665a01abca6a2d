// The list of areas, less those the role cannot use.
import type { Scope } from '@rapport/sdk';
import {
  IconBell,
  IconCode,
  IconDiscount,
  IconFileImport,
  IconLayoutDashboard,
  IconPlug,
  IconPuzzle,
  IconSettings,
  IconTargetArrow,
  IconUsers,
  type TablerIcon,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMay } from '../api/session.ts';
import { useWords } from '../words/words.ts';

type Area = { to: string; words: AreaName; icon: TablerIcon; scope?: Scope };
type AreaName =
  | 'overview'
  | 'customers'
  | 'imports'
  | 'segments'
  | 'promotions'
  | 'alerts'
  | 'conditions'
  | 'plugins'
  | 'developers'
  | 'settings';

export const areas: { group?: 'rules' | 'platform'; areas: Area[] }[] = [
  {
    areas: [
      { to: '/', words: 'overview', icon: IconLayoutDashboard },
      { to: '/customers', words: 'customers', icon: IconUsers, scope: 'customers:read' },
      { to: '/imports', words: 'imports', icon: IconFileImport, scope: 'imports:read' },
    ],
  },
  {
    group: 'rules',
    areas: [
      { to: '/segments', words: 'segments', icon: IconTargetArrow, scope: 'segments:read' },
      { to: '/promotions', words: 'promotions', icon: IconDiscount, scope: 'promotions:read' },
      { to: '/alerts', words: 'alerts', icon: IconBell, scope: 'alerts:read' },
      { to: '/conditions', words: 'conditions', icon: IconPuzzle, scope: 'rules:read' },
    ],
  },
  {
    group: 'platform',
    areas: [
      { to: '/plugins', words: 'plugins', icon: IconPlug, scope: 'plugins:read' },
      { to: '/developers', words: 'developers', icon: IconCode, scope: 'clients:read' },
      { to: '/settings', words: 'settings', icon: IconSettings, scope: 'users:read' },
    ],
  },
];

export const Navigation = ({ onGo }: { onGo: () => void }) => {
  const { t } = useWords();
  const may = useMay();
  return (
    <div>
      {areas.map(({ group, areas: list }) => {
        const seen = list.filter(({ scope }) => !scope || may(scope));
        if (seen.length === 0) return null;
        return (
          <div key={group ?? 'main'}>
            {group && <div className="nav-group">{t(`nav.${group}`)}</div>}
            {seen.map(({ to, words, icon: Icon }) => (
              <Link key={to} to={to} className="nav-link" activeOptions={{ exact: to === '/' }} onClick={onGo}>
                <Icon size={17} stroke={1.7} aria-hidden="true" />
                {t(`nav.${words}`)}
              </Link>
            ))}
          </div>
        );
      })}
    </div>
  );
};
