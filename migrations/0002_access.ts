// People and apps that sign in. Passwords are argon2id; session ids, links, codes, tokens and client secrets are SHA-256 of
// 256 random bits; second-factor keys are encrypted. Nothing here can be used by whoever reads the table.
import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.schema.createTable('users', (t) => {
    t.text('id').primary();
    // Lower case, trimmed.
    t.text('email').notNullable().unique();
    t.text('name').notNullable();
    t.text('role').notNullable();
    // invited | active | suspended
    t.text('status').notNullable();
    t.text('password_hash');
    t.text('totp_key');
    t.bigInteger('totp_confirmed_at');
    // The last 30-second step a code was accepted for: a code works once.
    t.bigInteger('totp_step').notNullable().defaultTo(0);
    t.bigInteger('created_at').notNullable();
    t.bigInteger('last_login_at');
  });
  await db.schema.createTable('sessions', (t) => {
    t.text('id').primary();
    t.text('hash').notNullable().unique();
    t.text('user_id').notNullable().references('users.id').onDelete('CASCADE');
    t.text('address').notNullable();
    t.text('user_agent').notNullable();
    t.bigInteger('created_at').notNullable();
    t.bigInteger('last_seen_at').notNullable();
    t.bigInteger('expires_at').notNullable();
    t.index(['user_id']);
    t.index(['expires_at']);
  });
  // Invitations and password resets: a link that works once.
  await db.schema.createTable('account_links', (t) => {
    t.text('hash').primary();
    // invitation | reset
    t.text('kind').notNullable();
    t.text('user_id').notNullable().references('users.id').onDelete('CASCADE');
    t.bigInteger('created_at').notNullable();
    t.bigInteger('expires_at').notNullable();
    t.bigInteger('used_at');
    t.index(['user_id']);
  });
  // Brute-force delay: one row an account and one an address.
  await db.schema.createTable('login_attempts', (t) => {
    t.text('key').primary();
    t.integer('failures').notNullable();
    t.bigInteger('blocked_until').notNullable();
    t.bigInteger('updated_at').notNullable();
  });
  await db.schema.createTable('oauth_clients', (t) => {
    t.text('id').primary();
    t.text('name').notNullable();
    // confidential | public
    t.text('kind').notNullable();
    t.text('secret_hash');
    t.text('grants').notNullable();
    t.text('scopes').notNullable();
    t.text('redirect_uris').notNullable();
    t.text('status').notNullable();
    t.bigInteger('created_at').notNullable();
    t.bigInteger('secret_changed_at');
  });
  // What a user allowed a client; the parent of the codes and tokens that follow from it.
  await db.schema.createTable('oauth_grants', (t) => {
    t.text('id').primary();
    t.text('client_id').notNullable().references('oauth_clients.id').onDelete('CASCADE');
    t.text('user_id').notNullable().references('users.id').onDelete('CASCADE');
    t.text('scopes').notNullable();
    t.bigInteger('created_at').notNullable();
    t.bigInteger('last_used_at');
    t.unique(['client_id', 'user_id']);
    t.index(['user_id']);
  });
  await db.schema.createTable('oauth_codes', (t) => {
    t.text('hash').primary();
    t.text('client_id').notNullable().references('oauth_clients.id').onDelete('CASCADE');
    t.text('user_id').notNullable().references('users.id').onDelete('CASCADE');
    t.text('grant_id').notNullable().references('oauth_grants.id').onDelete('CASCADE');
    // Tokens of this code carry it, so that a second use can end them.
    t.text('family').notNullable();
    t.text('redirect_uri');
    t.text('scopes').notNullable();
    t.text('code_challenge').notNullable();
    t.bigInteger('created_at').notNullable();
    t.bigInteger('expires_at').notNullable();
    t.bigInteger('used_at');
    t.index(['expires_at']);
  });
  await db.schema.createTable('oauth_tokens', (t) => {
    t.text('hash').primary();
    // access | refresh
    t.text('kind').notNullable();
    t.text('family').notNullable();
    t.text('client_id').notNullable().references('oauth_clients.id').onDelete('CASCADE');
    t.text('user_id').references('users.id').onDelete('CASCADE');
    t.text('grant_id').references('oauth_grants.id').onDelete('CASCADE');
    t.text('scopes').notNullable();
    t.bigInteger('created_at').notNullable();
    t.bigInteger('expires_at').notNullable();
    // A refresh token that was exchanged; seen again, the whole family ends.
    t.bigInteger('used_at');
    t.bigInteger('revoked_at');
    t.index(['family']);
    t.index(['client_id']);
    t.index(['user_id']);
    t.index(['expires_at']);
  });
};

export const down = async (db: Knex): Promise<void> => {
  for (const table of [
    'oauth_tokens',
    'oauth_codes',
    'oauth_grants',
    'oauth_clients',
    'login_attempts',
    'account_links',
    'sessions',
    'users',
  ])
    await db.schema.dropTable(table);
};
