// Which column is which field, with the first rows beside it.
import { Alert, NativeSelect } from '@mantine/core';
import type { Inspection } from '@rapport/sdk/schemas';
import { useWords } from '../../words/words.ts';

type MappingProps = { inspection: Inspection; onChange: (column: string, field: string) => void };

export const Mapping = ({ inspection, onChange }: MappingProps) => {
  const { t, language } = useWords();
  const { columns, fields, missing, rows } = inspection;
  const titleOf = (name: string) => {
    const field = fields.find((each) => each.name === name);
    return field ? (language === 'zh' ? field.titleZh : field.title) : name;
  };
  const options = [
    { value: '', label: t('imports.leaveOut') },
    ...fields.map(({ name, required }) => ({ value: name, label: `${titleOf(name)}${required ? ' *' : ''}` })),
  ];
  return (
    <div className="grid">
      {missing.length > 0 && (
        <Alert variant="default" className="trouble" role="alert">
          {t('imports.missing', { fields: missing.map(titleOf).join(', ') })}
        </Alert>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="mapping" aria-label={t('imports.example')} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {columns.map(({ name, field }) => (
                <th key={name} scope="col">
                  <span className="mono">{name}</span>
                  <NativeSelect
                    size="xs"
                    aria-label={`${t('imports.field')}: ${name}`}
                    value={field ?? ''}
                    data-mapped={field !== null || undefined}
                    onChange={(event) => onChange(name, event.currentTarget.value)}
                    data={options}
                  />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, 8).map(({ row, cells, problem }) => (
              <tr key={row} data-problem={problem !== null || undefined}>
                {columns.map(({ name, field }, index) => (
                  <td key={name} className={field === null ? 'dim' : undefined} title={problem ?? undefined}>
                    {cells[index]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
};
