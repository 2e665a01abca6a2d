// `npm run demo`: Rapport on a generated shop with everything switched on. The second start finds the shop and is up in seconds.
import { setTimeout as wait } from 'node:timers/promises';
import { listCustomers, listMessages } from '@rapport/sdk/routes';
import type { Clock, Config, Log } from '../core/index.ts';
import { createRapport } from '../rapport.ts';
import { signIn } from './api.ts';
import { furnish } from './furnish.ts';
import { openMailbox } from './mailbox.ts';
import { playHour } from './play.ts';

/** For this machine only: the demo listens on loopback, and the account holds invented people. */
export const demoAccount = { email: 'demo@example.com', password: 'rapport-demo-shop' };

export type DemoOptions = {
  /** Customers of the shop; 20,000 when absent. */
  customers?: number;
  /** Days of history before the start; two years when absent. */
  days?: number;
  /** The same seed makes the same shop. */
  seed?: number;
  /** Orders of the hour that is played. */
  orders?: number;
  /** The time of server and shop; the system's when absent. */
  clock?: Clock;
  say: (text: string) => void;
};

export const startDemo = async (config: Config, log: Log, options: DemoOptions) => {
  const { say } = options;
  const mailbox = config.smtpUrl ? undefined : await openMailbox();
  const owner = {
    email: config.owner.email ?? demoAccount.email,
    password: config.owner.password ?? demoAccount.password,
  };
  const rapport = await createRapport(
    { ...config, owner, smtpUrl: config.smtpUrl ?? mailbox?.url, rateLimit: 0 },
    log,
    options.clock,
  );
  const { url } = await rapport.start();
  await rapport.core.plugins.installBundled();
  const api = await signIn(url, owner);
  const now = rapport.platform.clock.now();
  const known = await api.call(listCustomers, { query: { limit: 1 } });
  if (known.data.length === 0) {
    const today = now - (now % 86_400_000);
    await furnish(rapport, api, { until: Math.max(today, now - 3_600_000), customers: options.customers, say });
  } else say('The shop is there already.');
  const played = await playHour(api, now);
  // Alerts send their mails after the orders are in: give them a moment before counting.
  await settle(() => mailbox?.received() ?? 0);
  const messages = await api.call(listMessages, { query: { limit: 200, status: 'sent' } });
  say(
    `Played the last hour: ${played.visits} products viewed, ${played.orders} orders for €${(played.revenue / 100).toLocaleString('en')} with €${(played.discount / 100).toLocaleString('en')} off, ${played.reviews} reviews; ${messages.data.length} messages sent${mailbox ? ', caught by a mail server of the demo' : ''}.`,
  );
  return {
    url,
    owner,
    rapport,
    stop: async (): Promise<void> => {
      await rapport.stop();
      await mailbox?.close();
    },
  };
};

const settle = async (count: () => number): Promise<void> => {
  let before = -1;
  for (let i = 0; i < 20 && before !== count(); i++) {
    before = count();
    await wait(500);
  }
};
