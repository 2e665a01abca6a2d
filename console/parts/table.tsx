// A list of rows: a real table, dense, with only the visible rows in the document once there are many.
import '../styles/table.css';
import { Button } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { useWords } from '../words/words.ts';

export type Column<T> = {
  key: string;
  title: string;
  /** The title is there for readers only. */
  quiet?: boolean;
  cell: (row: T) => ReactNode;
  end?: boolean;
  /** Left out on narrow screens (`extra`) or on all but wide ones (`wide`). */
  show?: 'extra' | 'wide';
  width?: number | string;
};

type TableProps<T> = {
  label: string;
  columns: Column<T>[];
  rows: T[];
  keyOf: (row: T) => string;
  more?: { has: boolean; loading: boolean; load: () => void };
};

const rowHeight = 43;

export const Table = <T,>({ label, columns, rows, keyOf, more }: TableProps<T>) => {
  const { t } = useWords();
  const holder = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => setOffset(holder.current?.offsetTop ?? 0), []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollMargin: offset,
  });
  const items = virtual.getVirtualItems();
  const before = items[0] ? items[0].start - offset : 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? offset) + offset;
  return (
    <div ref={holder}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      {/* biome-ignore lint/a11y/useSemanticElements: not a landmark, the panel around it is one */}
      <div className="table-scroll" role="group" aria-label={label} tabIndex={0}>
        <table className="table" aria-rowcount={rows.length + 1}>
          <thead>
            <tr aria-rowindex={1}>
              {columns.map((column) => (
                <th key={column.key} scope="col" style={{ width: column.width }} {...marks(column)}>
                  {column.quiet ? <span className="unseen">{column.title}</span> : column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {before > 0 && <Pad height={before} columns={columns.length} />}
            {items.map((item) => {
              const row = rows[item.index]!;
              return (
                <tr
                  key={keyOf(row)}
                  data-index={item.index}
                  ref={virtual.measureElement}
                  aria-rowindex={item.index + 2}
                >
                  {columns.map((column) => (
                    <td key={column.key} {...marks(column)}>
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
              );
            })}
            {after > 0 && <Pad height={after} columns={columns.length} />}
          </tbody>
        </table>
      </div>
      {more?.has && (
        <div style={{ padding: 12, textAlign: 'center' }}>
          <Button variant="default" size="xs" loading={more.loading} onClick={more.load}>
            {t('do.more')}
          </Button>
        </div>
      )}
    </div>
  );
};

const Pad = ({ height, columns }: { height: number; columns: number }) => (
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row cannot have the focus
  <tr className="pad" aria-hidden="true">
    <td colSpan={columns} style={{ height }} />
  </tr>
);

const marks = <T,>(column: Column<T>) => ({
  'data-end': column.end || undefined,
  'data-extra': column.show === 'extra' || undefined,
  'data-wide': column.show === 'wide' || undefined,
});
