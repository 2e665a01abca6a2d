// The two mails of accounts: invitation and reset, straight to the configured SMTP server. They are not queued, because the
// link in them is a secret that must not lie in a table. Not the channel customers are written through.
import { createTransport } from 'nodemailer';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';

export const createAccountMail = (deps: { config: Config; log: Log }) => {
  const { config, log } = deps;
  const transport = config.smtpUrl === undefined ? undefined : createTransport(config.smtpUrl);
  const send = async (to: string, subject: string, text: string): Promise<void> => {
    if (!transport) return log.warn({}, 'no mail server is configured: an account mail was not sent');
    try {
      await transport.sendMail({ from: config.mailFrom, to, subject, text });
    } catch (error) {
      log.error({ err: error }, 'an account mail could not be sent');
    }
  };
  return {
    sendInvitation: (to: string, link: string) =>
      send(
        to,
        'Your invitation to Rapport · Rapport 邀请',
        `You have been invited to Rapport. Choose a password within seven days:\n\n${link}\n\n您受邀使用 Rapport，请在七天内通过以上链接设置密码。\n`,
      ),
    sendReset: (to: string, link: string) =>
      send(
        to,
        'Reset your Rapport password · 重置 Rapport 密码',
        `Choose a new password within one hour:\n\n${link}\n\nIf you did not ask for this, do nothing.\n\n请在一小时内通过以上链接设置新密码。如非本人操作，请忽略此邮件。\n`,
      ),
  };
};

export type AccountMail = ReturnType<typeof createAccountMail>;
