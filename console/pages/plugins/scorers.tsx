// A plugin's scorers: when each ran and runs next, how far it is, why it failed; a run at the press of a button, and other times.
import { Button, Group } from '@mantine/core';
import { getScorerReport, runScorer } from '@rapport/sdk/routes';
import type { ScorerReport, ScorerRun } from '@rapport/sdk/schemas';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call, queries } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { later } from '../../parts/later.tsx';
import { Facts, Panel, Tag } from '../../parts/page.tsx';
import { Ago } from '../../parts/time.tsx';
import { Loaded, tellTrouble } from '../../parts/trouble.tsx';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';

const ScheduleDialog = later(async () => (await import('./scorer-schedule.tsx')).ScheduleDialog, null);

const refreshMs = 2000;

export const Scorers = ({ scorers, plugin }: { scorers: { key: string; title: string }[]; plugin: string }) => (
  <>
    {scorers.map(({ key, title }) => (
      <ScorerPanel key={key} scorer={key} title={title} plugin={plugin} />
    ))}
  </>
);

const isUnderWay = ({ state }: ScorerReport): boolean => state === 'waiting' || state === 'running';

const ScorerPanel = ({ scorer, title, plugin }: { scorer: string; title: string; plugin: string }) => {
  const { t } = useWords();
  const may = useMay();
  const [scheduling, setScheduling] = useState(false);
  const queryKey = ['scorers', scorer];
  const report = useQuery({
    queryKey,
    queryFn: ({ signal }) => call(getScorerReport, { params: { id: scorer }, signal }),
    refetchInterval: ({ state: { data } }) => (data && isUnderWay(data) ? refreshMs : false),
    retry: false,
  });
  const run = useMutation({
    mutationFn: () => call(runScorer, { params: { id: scorer }, body: {} }),
    onSuccess: () => queries.invalidateQueries({ queryKey }),
    onError: tellTrouble,
  });
  return (
    <Panel
      title={title}
      actions={
        may('insights:write') && (
          <Group gap="xs">
            <Button
              size="xs"
              variant="default"
              aria-label={`${t('plugins.scorers.schedule')}: ${title}`}
              disabled={!report.data?.schedule}
              onClick={() => setScheduling(true)}
            >
              {t('plugins.scorers.schedule')}
            </Button>
            <Button
              size="xs"
              variant="default"
              aria-label={`${t('plugins.scorers.run')}: ${title}`}
              loading={run.isPending}
              disabled={!report.data || report.data.plugin !== plugin || isUnderWay(report.data)}
              onClick={() => run.mutate()}
            >
              {t('plugins.scorers.run')}
            </Button>
          </Group>
        )
      }
    >
      {scheduling && report.data?.schedule && report.data.plugin !== null && (
        <ScheduleDialog
          scorer={scorer}
          title={title}
          asked={report.data.plugin}
          schedule={report.data.schedule}
          onClose={() => setScheduling(false)}
        />
      )}
      <Loaded query={report} rows={3}>
        {(data) => <Report report={data} plugin={plugin} />}
      </Loaded>
    </Panel>
  );
};

const Report = ({ report, plugin }: { report: ScorerReport; plugin: string }) => {
  const { t } = useWords();
  const format = useFormat();
  const [last] = report.runs;
  return (
    <>
      {last?.reason && last.status !== 'done' && (
        <p className="notice" role="status">
          {last.reason}
        </p>
      )}
      {report.plugin !== null && report.plugin !== plugin && (
        <p className="small dim">{t('plugins.scorers.other', { plugin: report.plugin })}</p>
      )}
      <Facts
        rows={[
          [t('plugins.scorers.state'), <State key="state" state={report.state} />],
          [t('plugins.scorers.last'), report.lastRunAt ? <Ago key="last" at={report.lastRunAt} /> : '–'],
          [t('plugins.scorers.next'), report.nextRunAt ? <Ago key="next" at={report.nextRunAt} /> : '–'],
          [t('plugins.scorers.duration'), durationOf(last, format)],
          [t('plugins.scorers.progress'), last ? `${format.number(last.asked)} / ${format.number(last.total)}` : '–'],
          [t('plugins.scorers.changed'), last ? format.number(last.changed) : '–'],
          [t('plugins.scorers.customers'), format.number(report.customers)],
        ]}
      />
    </>
  );
};

const durationOf = (run: ScorerRun | undefined, format: ReturnType<typeof useFormat>): string =>
  run?.durationMs == null ? '–' : `${format.number(Math.round(run.durationMs / 100) / 10)} s`;

const State = ({ state }: { state: ScorerReport['state'] }) => {
  const { t } = useWords();
  const tone = state === 'done' ? 'good' : state === 'failed' ? 'bad' : 'plain';
  return <Tag tone={tone}>{t(`plugins.scorers.states.${state}`)}</Tag>;
};
