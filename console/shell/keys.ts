// Keys for those who know them: `g` and a letter goes to an area, `/` goes to the search of the page. Never while typing.
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';

const targets: Record<string, string> = {
  o: '/',
  c: '/customers',
  i: '/imports',
  s: '/segments',
  p: '/promotions',
  a: '/alerts',
  n: '/conditions',
  l: '/plugins',
  d: '/developers',
  t: '/settings',
};
const patienceMs = 900;

const isTyping = ({ target }: KeyboardEvent): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

export const useJumps = (): void => {
  const navigate = useNavigate();
  useEffect(() => {
    let begun = 0;
    const onKeyDown = (event: KeyboardEvent) => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('[role=dialog]'))
        return;
      const to = event.timeStamp - begun < patienceMs ? targets[event.key] : undefined;
      begun = event.key === 'g' ? event.timeStamp : 0;
      if (to) {
        event.preventDefault();
        void navigate({ to });
      }
      const search = event.key === '/' ? document.querySelector<HTMLInputElement>('[role=search] input') : null;
      if (search) {
        event.preventDefault();
        search.focus();
      }
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [navigate]);
};
