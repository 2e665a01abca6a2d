// The params of a fact, such as the window and measure of an aggregate. What is required or set is shown; the rest is offered.
import type { FactParam, VocabularyFact } from '@rapport/sdk/schemas';
import { readWindow, titleOf, type Unit, type Window, windowUnits, writeWindow } from '../api/vocabulary-words.ts';
import { useWords, wordsFor } from '../words/words.ts';
import { useEditor } from './editor.tsx';
import { Chips } from './value-field.tsx';
import { Where } from './where-field.tsx';

type Values = Record<string, unknown>;
type ParamsProps = { fact: VocabularyFact; params: Values; onChange: (params: Values) => void };

/** Always worth a look, also when not set: the time looked at and what is measured. */
const usual = new Set(['measure', 'within']);

export const Params = ({ fact, params, onChange }: ParamsProps) => {
  const { t } = useWords();
  const { language, readOnly } = useEditor();
  const shown = fact.params.filter(({ name, required }) => required || name in params || usual.has(name));
  const hidden = fact.params.filter((param) => !shown.includes(param));
  const set = (name: string, value: unknown) => {
    const { [name]: _old, ...rest } = params;
    onChange(value === undefined ? rest : { ...rest, [name]: value });
  };
  return (
    <>
      {shown.map((param) => (
        <Param key={param.name} param={param} value={params[param.name]} onChange={(value) => set(param.name, value)} />
      ))}
      {!readOnly && hidden.length > 0 && (
        <select
          className="pick quiet"
          aria-label={t('builder.narrow')}
          value=""
          onChange={(event) => {
            const param = hidden.find(({ name }) => name === event.currentTarget.value);
            if (param) set(param.name, emptyOf(param));
          }}
        >
          <option value="">{t('builder.narrow')}</option>
          {hidden.map(({ name, title }) => (
            <option key={name} value={name}>
              {titleOf(title, language, name)}
            </option>
          ))}
        </select>
      )}
    </>
  );
};

const emptyOf = ({ kind, choices }: FactParam): unknown =>
  kind === 'choice' ? choices?.[0] : kind === 'window' ? 'P90D' : kind === 'texts' ? [] : kind === 'where' ? [] : '';

type ParamProps = { param: FactParam; value: unknown; onChange: (value: unknown) => void };

const Param = ({ param, value, onChange }: ParamProps) => {
  const { t } = useWords();
  const { language, readOnly } = useEditor();
  const label = titleOf(param.title, language, param.name);
  if (param.kind === 'window') return <WindowField label={label} value={value} onChange={onChange} />;
  if (param.kind === 'where') return <Where label={label} value={value} onChange={onChange} />;
  if (param.kind === 'choice')
    return (
      <select
        className="pick"
        aria-label={label}
        disabled={readOnly}
        value={typeof value === 'string' ? value : ''}
        onChange={(event) => onChange(event.currentTarget.value || undefined)}
      >
        {(!param.required || typeof value !== 'string') && (
          <option value="">{param.required ? '' : `${label} …`}</option>
        )}
        {(param.choices ?? []).map((choice) => (
          <option key={choice} value={choice}>
            {wordsFor(t, `builder.choices.${choice}`, choice)}
          </option>
        ))}
      </select>
    );
  return (
    <span className="param">
      <span className="small dim">{label}</span>
      {param.kind === 'texts' ? (
        <Chips
          type="text"
          options={param.choices}
          value={Array.isArray(value) ? value : typeof value === 'string' && value !== '' ? [value] : []}
          onChange={onChange}
        />
      ) : (
        <input
          className="fill"
          aria-label={label}
          disabled={readOnly}
          list={param.choices ? `choices-${param.name}` : undefined}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(event.currentTarget.value || (param.required ? '' : undefined))}
        />
      )}
      {param.kind === 'text' && param.choices && (
        <datalist id={`choices-${param.name}`}>
          {param.choices.map((choice) => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
      )}
    </span>
  );
};

const WindowField = ({
  label,
  value,
  onChange,
}: {
  label: string;
  value: unknown;
  onChange: (value: unknown) => void;
}) => {
  const { t } = useWords();
  const { readOnly } = useEditor();
  const window = readWindow(value);
  const set = (next: Window) => onChange(writeWindow(next));
  const starts: Record<string, Window> = {
    any: { kind: 'any' },
    last: { kind: 'last', count: 90, unit: 'D' },
    between: { kind: 'between', from: new Date().toISOString().slice(0, 10), to: '' },
  };
  return (
    <span className="param">
      <select
        className="pick"
        aria-label={label}
        disabled={readOnly}
        value={window.kind}
        onChange={(event) => set(starts[event.currentTarget.value] ?? { kind: 'any' })}
      >
        <option value="any">{t('builder.window.any')}</option>
        <option value="last">{t('builder.window.last')}</option>
        <option value="between">{t('builder.window.between')}</option>
        {window.kind === 'text' && <option value="text">{window.text}</option>}
      </select>
      {window.kind === 'last' && (
        <>
          <input
            type="number"
            min={1}
            className="fill number short"
            aria-label={t('builder.window.count')}
            disabled={readOnly}
            value={window.count}
            onChange={(event) =>
              set({ ...window, count: Math.max(1, Math.trunc(Number(event.currentTarget.value) || 1)) })
            }
          />
          <select
            className="pick"
            aria-label={t('builder.window.unit')}
            disabled={readOnly}
            value={window.unit}
            onChange={(event) => set({ ...window, unit: event.currentTarget.value as Unit })}
          >
            {windowUnits.map((unit) => (
              <option key={unit} value={unit}>
                {t(`builder.window.units.${unit}`)}
              </option>
            ))}
          </select>
        </>
      )}
      {window.kind === 'between' &&
        (['from', 'to'] as const).map((end) => (
          <input
            key={end}
            type="date"
            className="fill"
            aria-label={t(`builder.window.${end}`)}
            disabled={readOnly}
            value={window[end].slice(0, 10)}
            onChange={(event) => set({ ...window, [end]: event.currentTarget.value })}
          />
        ))}
    </span>
  );
};
