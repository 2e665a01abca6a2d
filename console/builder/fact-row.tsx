// One condition: a fact with its params, an operator, and what it is compared with.
import { memo, use, useState } from 'react';
import { choiceOf, choiceText, operatorsOf, parseChoice, titleOf, typeOf } from '../api/vocabulary-words.ts';
import { useWords } from '../words/words.ts';
import { ProblemsContext, useEditor } from './editor.tsx';
import { FactPicker } from './fact-picker.tsx';
import { NotToggle } from './not-toggle.tsx';
import { Params } from './params.tsx';
import { RowActions } from './row-actions.tsx';
import type { FactNode } from './tree.ts';
import { ValueField } from './value-field.tsx';

export const FactRow = memo(({ node }: { node: FactNode }) => {
  const { t } = useWords();
  const { vocabulary, language, readOnly, replace } = useEditor();
  const problems = use(ProblemsContext).get(node.id);
  const [picking, setPicking] = useState(node.fact === '');
  const fact = vocabulary.facts.get(node.fact);
  const change = (members: Partial<FactNode>) =>
    replace(node.id, (old) => (old.kind === 'fact' ? settle({ ...old, ...members }) : old));

  /** After another fact or measure, an operator that still fits stays; a value of another type goes. */
  const settle = (next: FactNode): FactNode => {
    const definition = vocabulary.facts.get(next.fact);
    if (!definition) return next;
    const before = fact ? typeOf(fact, node.params) : undefined;
    const type = typeOf(definition, next.params);
    const operators = operatorsOf(vocabulary, definition, type);
    const fits = operators.some(({ name }) => name === next.operator);
    const operator = fits ? next.operator : (operators[0]?.name ?? '');
    const sameType = before === type && fits && next.fact === node.fact;
    return { ...next, operator, value: sameType || 'value' in next === false ? next.value : undefined };
  };

  return (
    <div className="row" data-node={node.id}>
      <div className="row-line">
        <NotToggle node={node} />
        <button
          type="button"
          className="fact-name"
          disabled={readOnly}
          aria-expanded={picking}
          onClick={() => setPicking(!picking)}
        >
          {node.fact === '' ? t('builder.choose') : titleOf(fact?.title, language, node.fact)}
        </button>
        {fact && <Params fact={fact} params={node.params} onChange={(params) => change({ params })} />}
        {fact && (
          <Comparison
            node={node}
            onChange={(members) => replace(node.id, (old) => (old.kind === 'fact' ? { ...old, ...members } : old))}
          />
        )}
        <RowActions id={node.id} />
      </div>
      {picking && (
        <FactPicker
          onPick={(id) => {
            setPicking(false);
            change({ fact: id, params: defaultsOf(vocabulary.facts.get(id)?.params ?? []), kept: {} });
          }}
          onClose={() => setPicking(false)}
        />
      )}
      {problems?.map((problem) => (
        <p key={problem} className="row-problem" role="alert">
          {problem}
        </p>
      ))}
    </div>
  );
});

/** A choice that must be made begins with its first option. */
const defaultsOf = (params: { name: string; required: boolean; kind: string; choices?: string[] }[]) =>
  Object.fromEntries(
    params.flatMap(({ name, required, kind, choices }) =>
      required && kind === 'choice' && choices?.[0] !== undefined ? [[name, choices[0]]] : [],
    ),
  );

type ComparisonProps = { node: FactNode; onChange: (members: Partial<FactNode>) => void };

const Comparison = ({ node, onChange }: ComparisonProps) => {
  const { t } = useWords();
  const { vocabulary, language, readOnly, context } = useEditor();
  const fact = vocabulary.facts.get(node.fact)!;
  const type = typeOf(fact, node.params);
  const operators = operatorsOf(vocabulary, fact, type);
  const choice = choiceOf(node.operator, node.value);
  const others = vocabulary.reply.facts.filter(
    (other) => other.comparable && other.id !== fact.id && other.type === type && other.contexts.includes(context),
  );
  const may = (name: string) => operators.some((operator) => operator.name === name);
  return (
    <>
      <select
        className="pick operator"
        aria-label={t('builder.operator')}
        disabled={readOnly}
        value={choiceText(choice)}
        onChange={(event) => {
          const next = parseChoice(event.currentTarget.value);
          const list = (name: string) => vocabulary.operators.get(name)?.value === 'list';
          const keeps = next.side === 'value' && choice.side === 'value' && list(next.operator) === list(node.operator);
          const empty = next.side === 'null' ? null : next.side === 'fact' ? { fact: others[0]?.id ?? '' } : undefined;
          onChange({ operator: next.operator, value: keeps ? node.value : empty });
        }}
      >
        {!may(node.operator) && <option value={choiceText(choice)}>{node.operator}</option>}
        {operators.map(({ name, title }) => (
          <option key={name} value={`${name}:value`}>
            {titleOf(title, language, name)}
          </option>
        ))}
        {may('notEqual') && <option value="notEqual:null">{t('builder.known')}</option>}
        {may('equal') && <option value="equal:null">{t('builder.unknown')}</option>}
        {fact.comparable && others.length > 0 && (
          <optgroup label={t('builder.otherFact')}>
            {operators
              .filter(({ value }) => value === 'scalar')
              .map(({ name, title }) => (
                <option key={name} value={`${name}:fact`}>
                  {titleOf(title, language, name)} …
                </option>
              ))}
          </optgroup>
        )}
      </select>
      {choice.side === 'fact' && (
        <select
          className="pick"
          aria-label={t('builder.otherFact')}
          disabled={readOnly}
          value={(node.value as { fact: string }).fact}
          onChange={(event) => onChange({ value: { fact: event.currentTarget.value } })}
        >
          {others.map(({ id, title }) => (
            <option key={id} value={id}>
              {titleOf(title, language, id)}
            </option>
          ))}
        </select>
      )}
      {choice.side === 'value' && (
        <ValueField
          fact={fact}
          type={type}
          list={vocabulary.operators.get(node.operator)?.value === 'list'}
          value={node.value}
          onChange={(value) => onChange({ value })}
        />
      )}
    </>
  );
};
