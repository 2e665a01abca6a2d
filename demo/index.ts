// `npm run demo`: Rapport on a generated shop with everything switched on. The second start finds the shop and is up in seconds.
import { setTimeout as wait } from 'node:timers/promises';
import { listCustomers, listMessages } from '@rapport/sdk/routes';
import type { Clock, Config, Log } from '../core/index.ts';
import { createRapport, orStop, type Rapport } from '../rapport.ts';
import { type Api, signIn } from './api.ts';
import { furnish } from './furnish.ts';
import { type Mailbox, openMailbox } from './mailbox.ts';
import { type Played, playHour } from './play.ts';
import type { ShopOptions } from './shop.ts';

/** For this machine only: the demo listens on loopback, and the account holds invented people. */
export const demoAccount = { email: 'demo@example.com', password: 'rapport-demo-shop' };

export type DemoOptions = Partial<ShopOptions> & {
  /** Orders of the hour that is played. */
  orders?: number;
  /** The time of server and shop; the system's when absent. */
  clock?: Clock;
  say: (text: string) => void;
};

export type Demo = {
  url: string;
  owner: { email: string; password: string };
  played: Played;
  rapport: Rapport;
  stop: () => Promise<void>;
};

const hourMs = 3_600_000;

/** Server, mail server and shop, ready to be looked at. After an error nothing stays running. */
export const startDemo = async (config: Config, log: Log, options: DemoOptions): Promise<Demo> => {
  const mailbox = config.smtpUrl ? undefined : await openMailbox();
  const owner = {
    email: config.owner.email ?? demoAccount.email,
    password: config.owner.password ?? demoAccount.password,
  };
  const settings = { ...config, owner, smtpUrl: config.smtpUrl ?? mailbox?.url, rateLimit: 0 };
  return orStop(
    async () => {
      const rapport = await createRapport(settings, log, options.clock);
      const stop = async (): Promise<void> => {
        await rapport.stop();
        await mailbox?.close();
      };
      return orStop(async () => {
        const { url } = await rapport.start();
        await rapport.core.plugins.installBundled();
        const played = await openShop(rapport, await signIn(url, owner), mailbox, options);
        return { url, owner, played, rapport, stop };
      }, rapport.stop);
    },
    async () => mailbox?.close(),
  );
};

const openShop = async (
  rapport: Rapport,
  api: Api,
  mailbox: Mailbox | undefined,
  { seed, customers, days, orders, say }: DemoOptions,
): Promise<Played> => {
  const now = rapport.platform.clock.now();
  const known = await api.call(listCustomers, { query: { limit: 1 } });
  // The history ends on the hour before the one that is played, so that one seed makes one shop for a whole hour.
  const until = Math.floor(now / hourMs) * hourMs - hourMs;
  if (known.data.length === 0) await furnish(rapport, api, { until, seed, customers, days, say });
  else say('The shop is there already.');
  const played = await playHour(api, now, orders);
  // Alerts send their mails after the orders are in: give them a moment before counting.
  await settle(() => mailbox?.received() ?? 0);
  const messages = await api.call(listMessages, { query: { limit: 200, status: 'sent' } });
  say(
    `Played the last hour: ${played.visits} products viewed, ${played.orders} orders for €${(played.revenue / 100).toLocaleString('en')} with €${(played.discount / 100).toLocaleString('en')} off, ${played.reviews} reviews; ${messages.data.length} messages sent${mailbox ? ', caught by a mail server of the demo' : ''}.`,
  );
  return played;
};

const settle = async (count: () => number): Promise<void> => {
  let before = -1;
  for (let i = 0; i < 20 && before !== count(); i++) {
    before = count();
    await wait(500);
  }
};
