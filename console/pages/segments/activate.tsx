// Before a segment is switched on: who would come and who would go, with a few of each.
import { Button, Group, Modal } from '@mantine/core';
import { getSegmentImpact } from '@rapport/sdk/routes';
import type { SegmentImpact } from '@rapport/sdk/schemas';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import { Loaded } from '../../parts/trouble.tsx';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';

type ActivateProps = {
  ruleKey: string;
  version: number;
  onClose: () => void;
  onActivate: () => void;
  pending: boolean;
};

export const ActivateSegment = ({ ruleKey, version, onClose, onActivate, pending }: ActivateProps) => {
  const { t } = useWords();
  const format = useFormat();
  const impact = useQuery({
    queryKey: ['segments', ruleKey, 'impact', version],
    queryFn: ({ signal }) => call(getSegmentImpact, { params: { key: ruleKey }, body: { version }, signal }),
    staleTime: 0,
  });
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('segments.activateTitle', { version })}
      closeButtonProps={{ 'aria-label': t('do.close') }}
    >
      <Loaded query={impact}>
        {(data) => (
          <>
            <p className="small dim">
              {t('segments.impact', { before: format.number(data.before), after: format.number(data.after) })}
            </p>
            <div className="columns">
              <Moved title={t('segments.entering')} sign="+" moved={data.entering} />
              <Moved title={t('segments.leaving')} sign="−" moved={data.leaving} />
            </div>
          </>
        )}
      </Loaded>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          {t('do.cancel')}
        </Button>
        <Button onClick={onActivate} loading={pending} data-autofocus>
          {t('do.activate')}
        </Button>
      </Group>
    </Modal>
  );
};

const Moved = ({ title, sign, moved }: { title: string; sign: string; moved: SegmentImpact['entering'] }) => {
  const format = useFormat();
  return (
    <section aria-label={title}>
      <div className="small dim">{title}</div>
      <div className="big num">
        {moved.count > 0 ? sign : ''}
        {format.number(moved.count)}
      </div>
      <ul className="sample">
        {moved.sample.slice(0, 8).map(({ id, name, city }) => (
          <li key={id}>
            <span className="ellipsis">{name ?? id.slice(0, 8)}</span>
            <span className="small dim">{city}</span>
          </li>
        ))}
      </ul>
    </section>
  );
};
