// Importing a file in three steps on one page: choose it, say which column is what, try it without writing anything.
import '../../styles/imports.css';
import { Button, SegmentedControl } from '@mantine/core';
import { inspectImport, uploadImport } from '@rapport/sdk/routes';
import type { ImportKind } from '@rapport/sdk/schemas';
import { IconFileSpreadsheet } from '@tabler/icons-react';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type DragEvent, useState } from 'react';
import { call, queries } from '../../api/client.ts';
import { Page, Panel } from '../../parts/page.tsx';
import { Loaded, Trouble } from '../../parts/trouble.tsx';
import { useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';
import { Mapping } from './mapping.tsx';
import { emptyReading, type Reading, ReadingFields, readingQuery } from './reading.tsx';

const kinds: ImportKind[] = ['customers', 'orders', 'events', 'products', 'retail'];
const firstPart = 1024 * 1024;

export const NewImport = () => {
  const { t } = useWords();
  const navigate = useNavigate();
  const { what: asked } = useSearch({ from: '/frame/imports/new' });
  const [what, setWhat] = useState<ImportKind>(kinds.find((kind) => kind === asked) ?? 'customers');
  const [file, setFile] = useState<File>();
  const [mapping, setMapping] = useState<Record<string, string>>({});
  const [reading, setReading] = useState<Reading>(emptyReading);
  const inspected = useQuery({
    queryKey: ['imports', 'inspect', what, file?.name, file?.size, file?.lastModified, mapping],
    queryFn: ({ signal }) =>
      call(inspectImport, {
        params: { what },
        query: mappingQuery(mapping),
        body: file!.slice(0, firstPart, file!.type),
        headers: { 'Content-Type': 'application/octet-stream' },
        signal,
      }),
    enabled: file !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const tryOut = useMutation({
    mutationFn: () =>
      call(uploadImport, {
        params: { what },
        query: {
          dryRun: true,
          fileName: file!.name,
          createCustomers: reading.createCustomers,
          ...mappingQuery(mapping),
          ...readingQuery(reading),
        },
        body: file!,
        headers: { 'Content-Type': 'application/octet-stream' },
      }),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['imports'] });
      await navigate({ to: '/imports/$id', params: { id } });
    },
  });
  const choose = (chosen: File | undefined, kind: ImportKind = what) => {
    setFile(chosen);
    setWhat(kind);
    setMapping({});
  };
  return (
    <Page title={t('imports.new')} back={{ to: '/imports', label: t('nav.imports') }}>
      <div className="grid">
        <Panel title={t('imports.stepFile')}>
          <div className="fields">
            <div>
              <div className="field-label">{t('imports.what')}</div>
              <SegmentedControl
                className="wrap-control"
                aria-label={t('imports.what')}
                value={what}
                onChange={(value) => choose(file, value as ImportKind)}
                data={kinds.map((value) => ({ value, label: t(`imports.whats.${value}`) }))}
              />
              <div className="small dim">{t(`imports.whatHints.${what}`)}</div>
            </div>
            <DropFile file={file} onFile={(chosen) => choose(chosen)} />
          </div>
        </Panel>
        {file && (
          <Panel title={t('imports.stepMapping')}>
            <Loaded query={inspected}>
              {(inspection) => (
                <Mapping
                  inspection={inspection}
                  onChange={(column, field) => setMapping((old) => ({ ...old, [column]: field }))}
                />
              )}
            </Loaded>
            {inspected.data && inspected.isError && <Trouble error={inspected.error} />}
          </Panel>
        )}
        {file && inspected.data && (
          <Panel title={t('imports.stepTry')}>
            <ReadingFields what={what} value={reading} onChange={setReading} error={tryOut.error} />
            <Trouble error={tryOut.error} />
            <div className="form-foot">
              <Button
                loading={tryOut.isPending}
                disabled={inspected.data.missing.length > 0}
                onClick={() => tryOut.mutate()}
              >
                {t('imports.dryRun')}
              </Button>
              <span className="small dim">{t('imports.dryRunHint')}</span>
            </div>
          </Panel>
        )}
      </div>
    </Page>
  );
};

const mappingQuery = (mapping: Record<string, string>) =>
  Object.keys(mapping).length > 0 ? { mapping: JSON.stringify(mapping) } : {};

const DropFile = ({ file, onFile }: { file: File | undefined; onFile: (file: File | undefined) => void }) => {
  const { t } = useWords();
  const format = useFormat();
  const [over, setOver] = useState(false);
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const dropped = event.dataTransfer.files[0];
    if (dropped) onFile(dropped);
  };
  return (
    <label
      className="drop"
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <IconFileSpreadsheet size={26} stroke={1.5} aria-hidden="true" />
      <strong>{file ? file.name : t('imports.drop')}</strong>
      <span className="small dim">{file ? `${format.compact(file.size)}B` : t('imports.fileHint')}</span>
      <input
        type="file"
        aria-label={t('imports.file')}
        accept=".csv,.tsv,.txt,.jsonl,.ndjson,.gz,text/csv,application/gzip"
        onChange={(event) => onFile(event.currentTarget.files?.[0])}
      />
    </label>
  );
};
