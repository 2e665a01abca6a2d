// When a scorer trains and scores, whether that notifies anybody, and which of several plugins is asked. Saving replaces the whole schedule.
import { Button, Checkbox, Group, Modal, NativeSelect, TextInput } from '@mantine/core';
import { getPlugin, listScorers, scheduleScorer } from '@rapport/sdk/routes';
import type { ScorerSchedule } from '@rapport/sdk/schemas';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { call, queries } from '../../api/client.ts';
import { fieldError, unplaced } from '../../parts/form.tsx';
import { Loaded, Trouble } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';
import { idParam } from './plugin-id.ts';
import { type Declared, fromSchedule, kindsOf, type ScheduleDraft, toSchedule } from './schedule-draft.ts';

type ScheduleProps = { scorer: string; title: string; asked: string; schedule: ScorerSchedule; onClose: () => void };
type Offers = { plugins: string[]; trains: boolean; declared: Declared };

/** The manifest's times are those of the plugin that is asked, which need not be the one whose page this is. */
const offersOf = async (scorer: string, asked: string, signal: AbortSignal): Promise<Offers> => {
  const [{ data }, { provides }] = await Promise.all([
    call(listScorers, { signal }),
    call(getPlugin, { params: { id: idParam(asked) }, signal }),
  ]);
  const found = data.find((each) => each.scorer === scorer);
  return {
    plugins: found?.plugins ?? [],
    trains: found?.trains ?? false,
    declared: provides.scorers?.find(({ key }) => key === scorer) ?? {},
  };
};

export const ScheduleDialog = (props: ScheduleProps) => {
  const { t } = useWords();
  const { scorer, asked, title, onClose } = props;
  const offers = useQuery({
    queryKey: ['scorers', scorer, 'offers', asked],
    queryFn: ({ signal }) => offersOf(scorer, asked, signal),
    staleTime: 0,
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={`${t('plugins.scorers.schedule')}: ${title}`}
      closeButtonProps={{ 'aria-label': t('do.close') }}
    >
      <Loaded query={offers} rows={4}>
        {(found) => <ScheduleForm {...props} {...found} />}
      </Loaded>
    </Modal>
  );
};

const ScheduleForm = ({ scorer, asked, schedule, onClose, plugins, trains, declared }: ScheduleProps & Offers) => {
  const { t } = useWords();
  const [draft, setDraft] = useState<ScheduleDraft>(() => fromSchedule(schedule, declared));
  const set = (change: Partial<ScheduleDraft>) => setDraft((old) => ({ ...old, ...change }));
  const save = useMutation({
    mutationFn: () => call(scheduleScorer, { params: { id: scorer }, body: toSchedule(draft, trains) }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['scorers', scorer] });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const isAsked = (draft.plugin || plugins[0]) === asked;
  return (
    <form onSubmit={submit} className="fields">
      {kindsOf(trains).map((kind) => {
        const { times, cron } = draft[kind];
        const pattern = isAsked ? (declared[kind] ?? t('say.never')) : undefined;
        const wrong = fieldError(save.error, `/${kind}`);
        return (
          <div key={kind} className="fields">
            <NativeSelect
              label={t(`plugins.scorers.kinds.${kind}`)}
              value={times}
              onChange={(event) =>
                set({ [kind]: { cron, times: event.currentTarget.value as ScheduleDraft['train']['times'] } })
              }
              data={(['declared', 'never', 'own'] as const).map((value) => ({
                value,
                label: `${t(`plugins.scorers.times.${value}`)}${value === 'declared' && pattern ? ` (${pattern})` : ''}`,
              }))}
              error={times === 'own' ? undefined : wrong}
            />
            {times === 'own' && (
              <TextInput
                label={`${t(`plugins.scorers.kinds.${kind}`)}: ${t('plugins.scorers.cron')}`}
                description={t('plugins.scorers.cronHint')}
                placeholder="15 2 * * *"
                required
                maxLength={100}
                value={cron}
                onChange={(event) => set({ [kind]: { times, cron: event.currentTarget.value } })}
                error={wrong}
              />
            )}
          </div>
        );
      })}
      <NativeSelect
        label={t('plugins.scorers.asked')}
        value={draft.plugin}
        onChange={(event) => set({ plugin: event.currentTarget.value })}
        data={[{ value: '', label: t('plugins.scorers.first') }, ...plugins]}
        error={fieldError(save.error, '/plugin')}
      />
      <Checkbox
        label={t('plugins.scorers.tell')}
        checked={draft.tell}
        onChange={(event) => set({ tell: event.currentTarget.checked })}
      />
      <Trouble error={unplaced(save.error, ['/train', '/score', '/plugin'])} />
      <Group justify="flex-end">
        <Button type="submit" loading={save.isPending}>
          {t('do.save')}
        </Button>
      </Group>
    </form>
  );
};
