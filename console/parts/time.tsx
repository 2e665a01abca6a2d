// A moment as people say it ("3 hours ago"), exact on hover and for machines; and a status with its colour.
import { useEffect, useState } from 'react';
import { useFormat } from '../words/format.ts';
import { useWords, wordsFor } from '../words/words.ts';
import { Tag, type Tone } from './page.tsx';

export const Ago = ({ at }: { at: string | null | undefined }) => {
  const format = useFormat();
  const { t } = useWords();
  const now = useNow(30_000);
  if (!at) return <span className="dim">{t('say.none')}</span>;
  return (
    <time dateTime={at} title={format.moment(at)} style={{ whiteSpace: 'nowrap' }}>
      {format.ago(at, now)}
    </time>
  );
};

export const useNow = (everyMs: number): number => {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
};

const tones: Record<string, Tone> = {
  active: 'good',
  enabled: 'good',
  done: 'good',
  ok: 'good',
  sent: 'good',
  running: 'info',
  waiting: 'info',
  queued: 'info',
  draft: 'plain',
  paused: 'warn',
  dead: 'bad',
  failed: 'bad',
};

export const Status = ({ status }: { status: string }) => {
  const { t } = useWords();
  return <Tag tone={tones[status] ?? 'plain'}>{wordsFor(t, `status.${status}`, status)}</Tag>;
};
