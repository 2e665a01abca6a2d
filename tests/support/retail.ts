// The public "Online Retail" file, where a machine has it, and its first rows as a file of their own. What each must come to: the
// whole file's published totals, and the slice's as counted once by a program that is not ours.
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

const name = 'online_retail.csv.gz';

/** Where the file is; undefined on a machine that has none. */
export const retailFile = [process.env.RAPPORT_DATA, '../shared/data']
  .flatMap((folder) => (folder ? [join(folder, name)] : []))
  .find(existsSync); // RAPPORT_DATA

/** `npm run soak` takes the whole file everywhere; the gate takes it once. */
export const isSoak = process.env.RAPPORT_SOAK === 'yes'; // RAPPORT_SOAK

export type RetailPart = {
  rejectedBy: { CUSTOMER_UNKNOWN: number; CANCELLED: number; PRICE_NOT_POSITIVE: number };
  read: number;
  accepted: number;
  customers: number;
  orders: number;
  /** Pence. */
  total: number;
};

export const wholeRetail: RetailPart = {
  read: 541_909,
  accepted: 397_884,
  customers: 4338,
  orders: 18_532,
  total: 891_140_790,
  rejectedBy: { CUSTOMER_UNKNOWN: 135_080, CANCELLED: 8905, PRICE_NOT_POSITIVE: 40 },
};

/** The first 40,000 rows: up to 21 December 2010. */
export const retailSlice: RetailPart = {
  read: 40_000,
  accepted: 25_345,
  customers: 864,
  orders: 1354,
  total: 54_911_677,
  rejectedBy: { CUSTOMER_UNKNOWN: 13_989, CANCELLED: 664, PRICE_NOT_POSITIVE: 2 },
};

/** The path of that part of the file: the file itself, or its first rows written into `folder`. No row of it spans two lines. */
export const retailPart = async (part: RetailPart, folder: string): Promise<string> => {
  if (part === wholeRetail) return retailFile!;
  const path = join(folder, name);
  await pipeline(firstRows(part.read), createGzip(), createWriteStream(path));
  return path;
};

async function* firstRows(rows: number): AsyncGenerator<string> {
  const lines = createInterface({ input: createReadStream(retailFile!).pipe(createGunzip()) });
  let left = rows + 1;
  for await (const line of lines) {
    if (left-- === 0) break;
    yield `${line}\n`;
  }
}
