// Finds a Chromium for the browser tests: CHROMIUM_PATH, then chromium or google-chrome on the PATH, then the one from npm,
// unpacked once into a cache folder of its version. Fails with a sentence that says what to do; never skips.
import { accessSync, constants, createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';
import tar from 'tar-stream';

export type Chromium = { path: string; environment: Record<string, string>; from: 'CHROMIUM_PATH' | 'PATH' | 'npm' };

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** One browser with a new profile, which Playwright makes and removes. */
export const launchChromium = async (): Promise<Browser> => {
  const found = await findChromium(process.env);
  return await chromium.launch({
    executablePath: found.path,
    args: flags,
    env: { ...(process.env as Record<string, string>), ...found.environment },
  });
};

export const findChromium = async (environment: NodeJS.ProcessEnv): Promise<Chromium> => {
  const given = environment.CHROMIUM_PATH;
  if (given) {
    if (!isExecutable(given)) throw new Error(`CHROMIUM_PATH is "${given}", which is not a program.`);
    return { path: given, environment: {}, from: 'CHROMIUM_PATH' };
  }
  for (const folder of (environment.PATH ?? '').split(delimiter))
    for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'])
      if (isExecutable(join(folder, name))) return { path: join(folder, name), environment: {}, from: 'PATH' };
  try {
    return await unpackFromNpm(environment);
  } catch (error) {
    throw new Error(
      `No Chromium for the browser tests: none on the PATH, and the one from npm could not be unpacked (${(error as Error).message}). Install chromium, or set CHROMIUM_PATH.`,
      { cause: error },
    );
  }
};

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const unpackFromNpm = async (environment: NodeJS.ProcessEnv): Promise<Chromium> => {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`the package has none for ${process.platform} on ${process.arch}`);
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const packageFolder = dirname(dirname(entry));
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  const cache = environment.XDG_CACHE_HOME ?? join(homedir() || tmpdir(), '.cache');
  const folder = join(cache, 'rapport', `chromium-${version}`);
  if (!existsSync(folder)) await unpack(join(packageFolder, 'bin'), folder);
  return {
    path: join(folder, 'chromium'),
    from: 'npm',
    environment: {
      // Its own libraries after the machine's: they are only for what is missing there.
      LD_LIBRARY_PATH: [environment.LD_LIBRARY_PATH, join(folder, 'lib')].filter(Boolean).join(':'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    },
  };
};

/** Into a folder beside, then renamed: a folder of this name is always complete, whoever else unpacks at the same time. */
const unpack = async (bin: string, folder: string): Promise<void> => {
  await mkdir(dirname(folder), { recursive: true });
  const beside = await mkdtemp(`${folder}-`);
  try {
    await pipeline(
      createReadStream(join(bin, 'chromium.br')),
      createBrotliDecompress(),
      createWriteStream(join(beside, 'chromium')),
    );
    await chmod(join(beside, 'chromium'), 0o755);
    for (const archive of ['al2023', 'fonts', 'swiftshader']) await extract(join(bin, `${archive}.tar.br`), beside);
    await writeFile(join(beside, 'fonts.conf'), fontsOf(folder));
    await rename(beside, folder);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
};

/** The machine's fonts and the package's one, so that a machine without any still draws text. */
const fontsOf = (folder: string): string => `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>/usr/share/fonts</dir><dir>/usr/local/share/fonts</dir><dir>${folder}/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>`;

const extract = async (archive: string, folder: string): Promise<void> => {
  const entries = tar.extract();
  const done = pipeline(createReadStream(archive), createBrotliDecompress(), entries);
  for await (const entry of entries) {
    const target = join(folder, entry.header.name);
    if (!target.startsWith(folder)) throw new Error(`${archive} holds a path outside of itself`);
    if (entry.header.type === 'directory') {
      await mkdir(target, { recursive: true });
      entry.resume();
    } else if (entry.header.type === 'symlink') {
      await mkdir(dirname(target), { recursive: true });
      await symlink(entry.header.linkname ?? '', target);
      entry.resume();
    } else {
      await mkdir(dirname(target), { recursive: true });
      await pipeline(entry, createWriteStream(target, { mode: entry.header.mode }));
    }
  }
  await done;
};
