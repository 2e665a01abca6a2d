// Choosing a fact: a list under its row, by group, narrowed by typing. Arrow keys and Enter, or a click.
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { titleOf } from '../api/vocabulary-words.ts';
import { useWords, wordsFor } from '../words/words.ts';
import { useEditor } from './editor.tsx';

export const FactPicker = ({ onPick, onClose }: { onPick: (id: string) => void; onClose: () => void }) => {
  const { t } = useWords();
  const { vocabulary, context, language } = useEditor();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => input.current?.focus(), []);
  const wanted = text.trim().toLowerCase();
  const facts = vocabulary.reply.facts
    .filter(({ contexts }) => contexts.includes(context))
    .filter(({ id, title }) => `${id} ${title.en} ${title.zh}`.toLowerCase().includes(wanted));
  const groups = [...new Set(facts.map(({ group }) => group))];
  const sorted = groups.flatMap((group) => facts.filter((fact) => fact.group === group));
  const chosen = Math.max(0, Math.min(at, sorted.length - 1));
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && !event.altKey) {
      event.preventDefault();
      setAt((chosen + step + sorted.length) % Math.max(1, sorted.length));
    } else if (event.key === 'Enter' && sorted[chosen]) {
      event.preventDefault();
      onPick(sorted[chosen].id);
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      onClose();
    }
  };
  return (
    <div className="picker">
      <input
        ref={input}
        className="fill picker-search"
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={sorted[chosen] ? `${listId}-${chosen}` : undefined}
        aria-label={t('builder.searchFact')}
        placeholder={t('builder.searchFact')}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={list} id={listId} role="listbox" aria-label={t('builder.facts')} className="picker-list">
        {groups.map((group) => (
          // biome-ignore lint/a11y/useSemanticElements: options of a listbox are grouped by role
          <div key={group} role="group" aria-label={wordsFor(t, `builder.groups.${group}`, group)}>
            <div className="picker-group" aria-hidden="true">
              {wordsFor(t, `builder.groups.${group}`, group)}
            </div>
            {sorted.map((fact, index) =>
              fact.group !== group ? null : (
                // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the search field, which names the chosen option
                <div
                  key={fact.id}
                  id={`${listId}-${index}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={index === chosen}
                  onClick={() => onPick(fact.id)}
                >
                  {titleOf(fact.title, language, fact.id)}
                  <span className="mono dim" aria-hidden="true">
                    {fact.id}
                  </span>
                </div>
              ),
            )}
          </div>
        ))}
        {sorted.length === 0 && (
          <div role="option" tabIndex={-1} aria-selected="false" aria-disabled="true" className="dim">
            {t('app.noMatch')}
          </div>
        )}
      </div>
    </div>
  );
};
