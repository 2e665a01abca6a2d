// `rapport user` and `rapport client`: accounts and OAuth apps from the command line, for first steps and for rescue.
// Secrets are printed once, on standard output, and nowhere else.
import { parseArgs } from 'node:util';
import { isScope, type Scope } from '@rapport/sdk';
import { type ClientGrant, clientGrants, type RoleName, roleNames } from '@rapport/sdk/schemas';
import { type Auth, type CommandSpec, type CommandTools, system } from '../../core/index.ts';

type Service = { auth: Auth };

const userUsage = `Usage: rapport user add <email> --role <${roleNames.join('|')}> [--name <name>] [--password <password>]
       rapport user password <email>        a new password, shown once; ends every session
       --json for machines`;

const clientUsage = `Usage: rapport client add <name> --grants <${clientGrants.join(',')}> --scopes <scope,…>
         [--redirect <uri> …] [--public]    prints id and secret once
       --json for machines`;

/**
 * Exit code 2 for wrong arguments, among them a password below 12 characters. A password on the command
 * line is seen by others on the machine: without one Rapport makes it.
 */
export const userCommand: CommandSpec<Service> = {
  name: 'user',
  summary: 'Add a member of staff, or give one a new password.',
  run: async (args, { open }) => {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        role: { type: 'string' },
        name: { type: 'string' },
        password: { type: 'string' },
        json: { type: 'boolean' },
      },
    });
    const [action, email] = positionals;
    if (email === undefined || !/^\S+@\S+$/.test(email)) return usage(userUsage);
    if (action === 'password') {
      return withAuth(open, async (auth) => {
        const password = await auth.accounts.resetByHand(email);
        print(values.json, { email, password }, [`The new password of ${email}, shown this once: ${password}`]);
      });
    }
    const role = roleNames.find((name) => name === values.role) as RoleName | undefined;
    const tooShort = values.password !== undefined && values.password.length < 12;
    if (action !== 'add' || role === undefined || tooShort) return usage(userUsage);
    return withAuth(open, async (auth) => {
      const made = values.password === undefined ? auth.newPassword() : undefined;
      const password = values.password ?? made!;
      const user = await auth.users.create({ email, role, name: values.name, password }, system);
      print(values.json, { ...user, ...(made !== undefined && { password: made }) }, [
        `Added ${user.email} as ${user.role}.`,
        ...(made === undefined ? [] : [`Password, shown this once: ${made}`]),
      ]);
    });
  },
};

/** `client_credentials` when no grants are given. Scopes of hooks are for plugins only. */
export const clientCommand: CommandSpec<Service> = {
  name: 'client',
  summary: 'Register an OAuth app.',
  run: async (args, { open }) => {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        grants: { type: 'string' },
        scopes: { type: 'string' },
        redirect: { type: 'string', multiple: true },
        public: { type: 'boolean' },
        json: { type: 'boolean' },
      },
    });
    const [action, name] = positionals;
    const grants = listOf(values.grants ?? 'client_credentials');
    const scopes = listOf(values.scopes);
    const wrong = [
      ...grants.filter((grant) => !(clientGrants as readonly string[]).includes(grant)),
      ...scopes.filter((scope) => !isScope(scope) || scope.startsWith('hook:')),
    ];
    if (wrong.length > 0) console.error(`Unknown: ${wrong.join(', ')}`);
    if (action !== 'add' || name === undefined || scopes.length === 0 || wrong.length > 0) return usage(clientUsage);
    return withAuth(open, async (auth) => {
      const kind = values.public ? ('public' as const) : ('confidential' as const);
      const made = await auth.clients.create(
        { name, kind, grants: grants as ClientGrant[], scopes: scopes as Scope[], redirectUris: values.redirect ?? [] },
        system,
      );
      const id = made.client.id;
      print(values.json, { clientId: id, clientSecret: made.clientSecret, ...made.client }, [
        `client_id      ${id}`,
        made.clientSecret === null ? 'A public app has no secret.' : `client_secret  ${made.clientSecret}`,
        ...(made.clientSecret === null ? [] : ['The secret is shown this once.']),
      ]);
    });
  },
};

const withAuth = async (open: CommandTools<Service>['open'], work: (auth: Auth) => Promise<void>): Promise<number> => {
  const { service, stop } = await open();
  try {
    await work(service.auth);
    return 0;
  } finally {
    await stop();
  }
};

const listOf = (text: string | undefined): string[] => (text ?? '').split(/[\s,]+/).filter(Boolean);

const print = (json: boolean | undefined, value: unknown, lines: string[]): void =>
  console.log(json ? JSON.stringify(value, null, 2) : lines.join('\n'));

const usage = (text: string): number => {
  console.error(text);
  return 2;
};
