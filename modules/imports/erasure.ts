// What imports keep of a person outside of the person's rows: uploads, the files of refused rows, and the examples beside an
// import. The examples go in the transaction of the erasure; the files by a job, whose payload is sealed, because a disk is slow
// and no transaction. A file that cannot be searched (UTF-16, a damaged gzip) is taken to name the person. Imports that still run are left to
// their end: the sweep takes their files a day later.
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Db, defineJob, type Erased, type Platform } from '../../core/index.ts';
import { isGzip, openSource, readHead, toFailure } from './source.ts';
import { createImportStore, type ImportRow } from './store.ts';

const queue = 'imports-erase';
const place = 'imports/erase';

/** Texts as they may be written: in any case, and phone numbers with or without blanks and signs. */
const createNaming = (values: readonly string[]) => {
  const texts = values
    .flatMap((value) => [value, value.toLowerCase()])
    .map((text) => Buffer.from(text).toString('latin1'));
  const numbers = values.filter((value) => /^\+\d{7,}$/.test(value)).map((value) => value.slice(-8));
  return {
    longest: Math.max(0, ...texts.map(({ length }) => length)) + 64,
    /** `bytes` one character a byte. */
    isNamedIn: (bytes: string): boolean => {
      const lower = bytes.toLowerCase();
      if (texts.some((text) => bytes.includes(text) || lower.includes(text))) return true;
      if (numbers.length === 0) return false;
      const digits = bytes.replace(/[^\d\n]/g, '');
      return numbers.some((number) => digits.includes(number));
    },
  };
};

type Naming = ReturnType<typeof createNaming>;

/** Read as a stream, with an overlap as long as the longest text, so that a name across two chunks is found too. */
const namesPerson = async (path: string, naming: Naming): Promise<boolean> => {
  let tail = '';
  let first = true;
  try {
    for await (const chunk of openSource(path, isGzip(await readHead(path, 2))).chunks) {
      if (first && chunk.includes(0)) return true;
      first = false;
      const text = tail + chunk.toString('latin1');
      if (naming.isNamedIn(text)) return true;
      tail = text.slice(-naming.longest);
    }
  } catch (error) {
    if (toFailure(error) === error) throw error;
    return true;
  }
  return false;
};

/** Records of a CSV text, each with its line end; a line break inside quotes is part of its record. */
const recordsOf = (text: string): string[] => text.match(/(?:"(?:[^"]|"")*"|[^"\n])*\n?/g)?.filter(Boolean) ?? [];

export const createImportErasure = (platform: Platform, folder: string) => {
  const { database, jobs, secrets, clock } = platform;

  const eraseRejects = async (row: ImportRow, naming: Naming): Promise<void> => {
    if (!row.rejects_path.startsWith(folder) || !existsSync(row.rejects_path)) return;
    if (!(await namesPerson(row.rejects_path, naming))) return;
    const [head = '', ...records] = recordsOf(await readFile(row.rejects_path, 'utf8'));
    const kept = records.filter((record) => !naming.isNamedIn(Buffer.from(record).toString('latin1')));
    const text = Buffer.from(head + kept.join(''));
    await writeFile(`${row.rejects_path}.new`, text, { mode: 0o600 });
    await rename(`${row.rejects_path}.new`, row.rejects_path);
    await createImportStore(database.writer).changeRejectBytes(row.id, text.length, clock.now());
  };

  const eraseFiles = async (values: readonly string[]): Promise<{ uploads: number }> => {
    const naming = createNaming(values);
    const store = createImportStore(database.writer);
    let uploads = 0;
    if (!existsSync(folder)) return { uploads };
    for (const name of await readdir(folder)) {
      const [id = '', kind] = name.split('.');
      const path = join(folder, name);
      if (!(await stat(path)).isFile()) continue;
      const row = await store.find(id);
      if (row && ['waiting', 'running'].includes(row.status)) continue;
      if (kind === 'rejects' && row) await eraseRejects(row, naming);
      else if (await namesPerson(path, naming)) {
        await rm(path, { force: true });
        uploads++;
      }
    }
    return { uploads };
  };

  return {
    job: defineJob<{ values: string }>({
      queue,
      handle: ({ values }) => eraseFiles(JSON.parse(secrets.open(values, place)) as string[]),
    }),
    /** Files are gone a while after the commit, not with it. */
    forget: async (trx: Db, { values, at }: Erased): Promise<void> => {
      const store = createImportStore(trx);
      const naming = createNaming(values);
      const named = (text: string): boolean => naming.isNamedIn(Buffer.from(text).toString('latin1'));
      for (const { id, tally } of await store.listTallies()) {
        const corrections = tally.corrections.filter(({ from, to }) => !named(`${from}\n${to}`));
        const rejects = tally.rejects.filter(({ reason }) => !named(reason));
        if (corrections.length < tally.corrections.length || rejects.length < tally.rejects.length)
          await store.changeTally(id, { ...tally, corrections, rejects }, at);
      }
      await jobs.enqueue(trx, { queue, payload: { values: secrets.seal(JSON.stringify(values), place) } });
    },
  };
};
