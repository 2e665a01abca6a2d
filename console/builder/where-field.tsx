// Comparisons over the properties of an event, all of which must hold: property, operator, value.
import { IconPlus, IconX } from '@tabler/icons-react';
import { titleOf } from '../api/vocabulary-words.ts';
import { useWords } from '../words/words.ts';
import { useEditor } from './editor.tsx';

type Comparison = { property: string; operator: string; value: unknown };

const operators = [
  'equal',
  'notEqual',
  'greaterThan',
  'greaterThanInclusive',
  'lessThan',
  'lessThanInclusive',
  'in',
  'notIn',
];

const read = (value: unknown): Comparison[] => {
  if (Array.isArray(value)) return value as Comparison[];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([property, each]) => ({ property, operator: 'equal', value: each as unknown }));
};

/** Text that reads as a number, true or false means that; everything else is text. Lists are comma-separated. */
const parse = (text: string, list: boolean): unknown => {
  if (list) return text.split(/[,，]/).map((part) => parse(part.trim(), false));
  if (text === 'true' || text === 'false') return text === 'true';
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
};

const show = (value: unknown): string =>
  Array.isArray(value) ? value.join(', ') : value === null ? '' : String(value ?? '');

type WhereProps = { label: string; value: unknown; onChange: (value: unknown) => void };

export const Where = ({ label, value, onChange }: WhereProps) => {
  const { t } = useWords();
  const { readOnly, vocabulary, language } = useEditor();
  const list = read(value);
  const set = (index: number, members: Partial<Comparison>) =>
    onChange(list.map((each, at) => (at === index ? { ...each, ...members } : each)));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a small group inside a line of fields
    <span className="where" role="group" aria-label={label}>
      {list.map((each, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: comparisons have no identity but their place
        <span key={index} className="param">
          <input
            className="fill"
            aria-label={t('builder.property')}
            placeholder={t('builder.property')}
            disabled={readOnly}
            value={each.property}
            onChange={(event) => set(index, { property: event.currentTarget.value })}
          />
          <select
            className="pick"
            aria-label={t('builder.operator')}
            disabled={readOnly}
            value={each.operator}
            onChange={(event) => set(index, { operator: event.currentTarget.value })}
          >
            {operators.map((name) => (
              <option key={name} value={name}>
                {titleOf(vocabulary.operators.get(name)?.title, language, name)}
              </option>
            ))}
          </select>
          <input
            className="fill"
            aria-label={t('builder.value')}
            disabled={readOnly}
            defaultValue={show(each.value)}
            onBlur={(event) =>
              set(index, { value: parse(event.currentTarget.value, each.operator.toLowerCase().endsWith('in')) })
            }
          />
          {!readOnly && (
            <button
              type="button"
              className="icon"
              aria-label={t('do.remove')}
              onClick={() => onChange(list.filter((_, at) => at !== index))}
            >
              <IconX size={14} aria-hidden="true" />
            </button>
          )}
        </span>
      ))}
      {!readOnly && (
        <button
          type="button"
          className="ghost"
          onClick={() => onChange([...list, { property: '', operator: 'equal', value: '' }])}
        >
          <IconPlus size={13} aria-hidden="true" /> {label}
        </button>
      )}
    </span>
  );
};
