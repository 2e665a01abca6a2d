// A part of a page that is loaded when it is first shown: a dialog, a tab. The page does not wait for it.
import { type ComponentType, lazy, type ReactNode, Suspense } from 'react';
import { Waiting } from './trouble.tsx';

export const later = <P extends object>(
  load: () => Promise<ComponentType<P>>,
  meanwhile: ReactNode = <Waiting rows={3} />,
) => {
  const Loaded = lazy(async () => ({ default: await load() }));
  return (props: P) => (
    <Suspense fallback={meanwhile}>
      <Loaded {...props} />
    </Suspense>
  );
};
