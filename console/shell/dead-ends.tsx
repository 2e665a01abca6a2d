// Pages for an address that does not exist, a page the role does not include, and a page that failed.
import { Button } from '@mantine/core';
import { IconLock, IconMapOff } from '@tabler/icons-react';
import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import { Empty } from '../parts/page.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { useWords } from '../words/words.ts';

export class Forbidden extends Error {
  readonly scope: string;
  constructor(scope: string) {
    super(scope);
    this.scope = scope;
  }
}

const Home = () => {
  const { t } = useWords();
  return (
    <Button component={Link} to="/" variant="default">
      {t('app.toOverview')}
    </Button>
  );
};

export const NotFound = () => {
  const { t } = useWords();
  return (
    <main>
      <Empty
        whole
        icon={<IconMapOff size={32} />}
        title={t('app.notFound')}
        text={t('app.notFoundText')}
        action={<Home />}
      />
    </main>
  );
};

export const PageTrouble = ({ error, reset }: ErrorComponentProps) => {
  const { t } = useWords();
  if (error instanceof Forbidden)
    return (
      <Empty
        whole
        icon={<IconLock size={32} />}
        title={t('app.forbidden')}
        text={t('app.forbiddenText')}
        action={<Home />}
      />
    );
  return <Trouble error={error} retry={reset} />;
};
