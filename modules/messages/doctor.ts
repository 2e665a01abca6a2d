// What `rapport doctor` looks at for messages: the mail server, by its greeting. Nothing is sent.
import { connect } from 'node:net';
import { type DoctorCheck, type Finding, problem, well } from '../../core/index.ts';

const greetingMs = 3000;
const setting = 'see SMTP_URL';

export const mailServerCheck: DoctorCheck = {
  name: 'mail server',
  promise: 'the server of SMTP_URL greets as a mail server does, when one is set',
  run: async ({ config: { smtpUrl } }): Promise<Finding> => {
    if (!smtpUrl) return well('none set: mails by SMTP are not sent (SMTP_URL)');
    const { hostname, port, protocol } = new URL(smtpUrl);
    const number = Number(port) || (protocol === 'smtps:' ? 465 : 25);
    const address = `${hostname}:${number}`;
    return await new Promise((resolve) => {
      const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: number });
      const answer = (finding: Finding): void => {
        socket.destroy();
        resolve(finding);
      };
      socket.setTimeout(greetingMs, () =>
        answer(problem(`${address} does not answer in ${greetingMs / 1000} s`, setting)),
      );
      socket.once('error', (error) => answer(problem(`${address} cannot be reached: ${error.message}`, setting)));
      // With TLS from the first byte the server waits for us, so being connected is what can be seen from here.
      if (protocol === 'smtps:') socket.once('connect', () => answer(well(`${address} takes connections`)));
      socket.once('data', (data) =>
        answer(/^220/.test(data.toString()) ? well(address) : problem(`${address} is not a mail server`, setting)),
      );
    });
  },
};
