// The palette: pages by name and customers by search. Arrow keys choose, Enter goes.
import { Modal, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { listCustomers } from '@rapport/sdk/routes';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useState } from 'react';
import { call } from '../api/client.ts';
import { useMay } from '../api/session.ts';
import { useWords } from '../words/words.ts';
import { areas } from './navigation.tsx';

type Target = { key: string; label: string; hint?: string | undefined; go: () => void };

export const Palette = ({ onClose }: { onClose: () => void }) => {
  const { t } = useWords();
  const may = useMay();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const [wanted] = useDebouncedValue(text.trim(), 150);
  const people = useQuery({
    queryKey: ['customers', 'palette', wanted],
    queryFn: ({ signal }) => call(listCustomers, { query: { q: wanted, limit: 6 }, signal }),
    enabled: wanted.length > 1 && may('customers:read'),
    placeholderData: keepPreviousData,
  });
  const pages: Target[] = areas
    .flatMap(({ areas: list }) => list)
    .filter(({ scope }) => !scope || may(scope))
    .map(({ to, words }) => ({ key: to, label: t(`nav.${words}`), go: () => void navigate({ to }) }))
    .filter(({ label }) => label.toLowerCase().includes(text.trim().toLowerCase()));
  const customers: Target[] = (wanted.length > 1 ? (people.data?.data ?? []) : []).map((customer) => ({
    key: customer.id,
    label: customer.name ?? customer.email ?? customer.id,
    hint: customer.email ?? undefined,
    go: () => void navigate({ to: '/customers/$id', params: { id: customer.id } }),
  }));
  const targets = [...pages, ...customers];
  const chosen = Math.min(at, targets.length - 1);
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((chosen + step + targets.length) % Math.max(targets.length, 1));
    }
    if (event.key === 'Enter' && targets[chosen]) {
      targets[chosen].go();
      onClose();
    }
  };
  return (
    <Modal.Root opened onClose={onClose} yOffset="12vh">
      <Modal.Overlay />
      <Modal.Content aria-label={t('app.jump')}>
        <Modal.Body p={0}>
          <TextInput
            data-autofocus
            variant="unstyled"
            className="palette-input"
            placeholder={t('app.jumpHint')}
            aria-label={t('app.jumpHint')}
            role="combobox"
            aria-expanded
            aria-controls="palette"
            aria-activedescendant={targets[chosen] ? `palette-${targets[chosen].key}` : undefined}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
              setAt(0);
            }}
            onKeyDown={onKey}
          />
          <div id="palette" role="listbox" aria-label={t('app.jump')} className="palette">
            {targets.map((target, index) => (
              <div
                key={target.key}
                id={`palette-${target.key}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === chosen}
                onMouseMove={() => setAt(index)}
                onClick={() => {
                  target.go();
                  onClose();
                }}
                onKeyDown={onKey}
              >
                <span>{target.label}</span>
                {target.hint && <span className="dim small ellipsis">{target.hint}</span>}
              </div>
            ))}
            {targets.length === 0 && <p className="dim small">{t('app.noMatch')}</p>}
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
};
