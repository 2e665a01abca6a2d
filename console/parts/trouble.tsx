// What went wrong, in the API's own words, with the request id and a way to try again; and waiting that never flashes.
import { Alert, Button, Skeleton, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconMapOff } from '@tabler/icons-react';
import i18next from 'i18next';
import { type ReactNode, useEffect, useState } from 'react';
import { ApiError } from '../api/client.ts';
import { useWords } from '../words/words.ts';
import { Empty } from './page.tsx';

type TroubleProps = { error: unknown; retry?: () => void };

export const Trouble = ({ error, retry }: TroubleProps) => {
  const { t } = useWords();
  if (!error) return null;
  const problem = error instanceof ApiError ? error : undefined;
  const text = problem ? (problem.status === 412 ? t('say.conflict') : problem.message) : t('say.offline');
  return (
    <Alert
      className="trouble"
      role="alert"
      variant="default"
      icon={<IconAlertTriangle size={18} />}
      title={t('say.failed')}
    >
      <div>{text}</div>
      {problem?.pointer && <div className="mono dim">{problem.pointer}</div>}
      {problem?.requestId && problem.status >= 500 && (
        <div className="mono dim">{t('say.requestId', { id: problem.requestId })}</div>
      )}
      {retry && (
        <Button mt="xs" size="xs" variant="default" onClick={retry}>
          {t('do.retry')}
        </Button>
      )}
    </Alert>
  );
};

/** A passing note in the corner for a failed act that has no form to show it in. */
export const tellTrouble = (error: unknown): void => {
  const text = error instanceof ApiError ? error.message : i18next.t('say.offline');
  notifications.show({ color: 'red', title: i18next.t('say.failed'), message: text, autoClose: 8000 });
};

export const tellDone = (message: string): void => {
  notifications.show({ message, autoClose: 3000 });
};

/** Shows its children only when waiting lasts: nothing flashes for an answer within 120 ms. */
export const Late = ({ children }: { children: ReactNode }) => {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 120);
    return () => clearTimeout(timer);
  }, []);
  return late ? children : null;
};

export const Waiting = ({ rows = 4 }: { rows?: number }) => {
  const { t } = useWords();
  return (
    <Late>
      <Stack gap="sm" p="md" role="status" aria-label={t('say.loading')}>
        {Array.from({ length: rows }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows have no identity
          <Skeleton key={row} height={16} width={`${90 - ((row * 17) % 40)}%`} />
        ))}
      </Stack>
    </Late>
  );
};

const Missing = ({ text }: { text: string }) => {
  const { t } = useWords();
  return <Empty whole icon={<IconMapOff size={32} />} title={t('app.notFound')} text={text} />;
};

type LoadedProps<T> = {
  query: { data: T | undefined; error: unknown; refetch: () => unknown; isError: boolean };
  rows?: number;
  children: (data: T) => ReactNode;
};

/** What a query came to: rows if there are any (also old ones), else the trouble, else waiting. */
export const Loaded = <T,>({ query, rows, children }: LoadedProps<T>) => {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error instanceof ApiError && query.error.status === 404) return <Missing text={query.error.message} />;
  if (query.isError) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  return <Waiting rows={rows} />;
};
