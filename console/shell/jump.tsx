// Ctrl/Cmd-K: the button that says so, and the palette, which is loaded when it is first wanted.
import { UnstyledButton } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useWords } from '../words/words.ts';

const Palette = lazy(() => import('./palette.tsx').then((module) => ({ default: module.Palette })));

export const Jump = () => {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  useHotkeys([['mod+K', () => setOpen(true)]], []);
  return (
    <>
      <UnstyledButton className="jump" onClick={() => setOpen(true)}>
        <IconSearch size={16} stroke={1.8} aria-hidden="true" />
        <span className="jump-text">{t('app.jump')}</span>
        <kbd>{/Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl'} K</kbd>
      </UnstyledButton>
      {open && (
        <Suspense>
          <Palette onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
};
