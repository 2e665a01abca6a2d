// The state of an import, in words and colour.
import type { ImportStatus } from '@rapport/sdk/schemas';
import { Tag, type Tone } from '../../parts/page.tsx';
import { useWords } from '../../words/words.ts';

const tones: Record<ImportStatus, Tone> = {
  waiting: 'info',
  running: 'info',
  done: 'good',
  failed: 'bad',
  cancelled: 'warn',
};

export const ImportState = ({ status }: { status: ImportStatus }) => {
  const { t } = useWords();
  return <Tag tone={tones[status]}>{t(`imports.statuses.${status}`)}</Tag>;
};
