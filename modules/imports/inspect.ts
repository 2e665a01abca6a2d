// Looks at the head of a file: what it is, its columns, where they would go, its first rows. Writes nothing.
import type { Inspection } from '@rapport/sdk/schemas';
import { ImportFileUnreadable } from './errors.ts';
import type { Field } from './fields.ts';
import type { Mapper } from './mapping.ts';
import { createRecordReader, type RawRecord, type ReadSettings, shapeOf } from './reader.ts';

const shown = 20;
/** JSON Lines have no header: this many lines say which members there are. */
const lookedAt = 1000;

/**
 * `head` is the beginning of a file and may break off anywhere; at most 20 rows are shown, each cell cut
 * to 500 characters. Throws ImportFileUnreadable. It judges no cell: a row shown here may be refused when
 * it is imported.
 */
export const inspectHead = (
  head: Buffer,
  settings: ReadSettings,
  { fields, mapper }: { fields: readonly Field[]; mapper: Mapper },
): Inspection => {
  const shape = shapeOf(head, settings);
  const reader = createRecordReader(shape);
  // A head that breaks off leaves its last line unfinished; it is read only where nothing else is.
  const complete = reader.push(shape.text);
  const records = complete.length > 0 ? complete : reader.end();
  const header = shape.format === 'csv' ? reader.header() : membersOf(records);
  if (header.length === 0) throw new ImportFileUnreadable('There is no row to look at.');
  const columns = header.map((name) => ({ name, field: mapper.fieldOf(name) }));
  const { format, encoding, delimiter } = shape;
  return {
    format,
    encoding,
    delimiter,
    columns,
    fields: fields.map(({ aliases: _, ...field }) => field),
    missing: mapper.missing(),
    rows: records.slice(0, shown).map((record) => ({
      row: record.row,
      cells: cellsOf(record, header).map((cell) => cell.slice(0, 500)),
      problem: record.problem?.reason ?? null,
    })),
  };
};

const membersOf = (records: readonly RawRecord[]): string[] => [
  ...new Set(records.slice(0, lookedAt).flatMap(({ members }) => Object.keys(members ?? {}))),
];

const cellsOf = (record: RawRecord, header: readonly string[]): string[] =>
  record.cells?.slice(0, header.length) ?? header.map((name) => record.members?.[name] ?? '');
