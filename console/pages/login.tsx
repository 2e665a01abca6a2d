// Signing in with e-mail and password, and a code where a second factor is on.
import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { login } from '@rapport/sdk/routes';
import { useMutation } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { ApiError, call } from '../api/client.ts';
import { signIn } from '../api/session.ts';
import { fieldError, unplaced } from '../parts/form.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { Choices } from '../shell/account-menu.tsx';
import { useWords } from '../words/words.ts';

export const Login = () => {
  const { t } = useWords();
  const router = useRouter();
  const { next } = useSearch({ from: '/login' });
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState('');
  useEffect(() => {
    document.title = `${t('login.title')} · Rapport`;
  }, [t]);
  const attempt = useMutation({
    mutationFn: () => call(login, { body: { email, password, ...(totp && { totp }) } }),
    onSuccess: (me) => {
      signIn(me);
      // Only an address of this console: a link must not send people elsewhere after signing in.
      router.history.push(next?.startsWith('/') && !next.startsWith('//') ? next : '/');
    },
  });
  const wantsCode = totp !== '' || (attempt.error instanceof ApiError && /TOTP/.test(attempt.error.code));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt.mutate();
  };
  return (
    <div className="sign-in">
      <main className="panel sign-in-card">
        <span className="brand">
          <img src="/icon.svg" alt="" width={24} height={24} />
          Rapport
        </span>
        <h1>{t('login.title')}</h1>
        <p className="dim" style={{ margin: '0 0 18px' }}>
          {t('login.lead')}
        </p>
        <form onSubmit={submit}>
          <Stack gap="md">
            <TextInput
              label={t('login.email')}
              type="email"
              name="email"
              autoComplete="username"
              required
              withAsterisk={false}
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
              error={fieldError(attempt.error, '/email')}
            />
            <PasswordInput
              label={t('login.password')}
              name="password"
              autoComplete="current-password"
              visibilityToggleButtonProps={{ 'aria-label': t('login.show') }}
              required
              withAsterisk={false}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              error={fieldError(attempt.error, '/password')}
            />
            {wantsCode && (
              <TextInput
                label={t('login.code')}
                name="totp"
                inputMode="numeric"
                autoComplete="one-time-code"
                maxLength={6}
                value={totp}
                onChange={(event) => setTotp(event.currentTarget.value)}
              />
            )}
            <Trouble error={unplaced(attempt.error, ['/email', '/password'])} />
            <Button type="submit" loading={attempt.isPending} fullWidth>
              {t('login.submit')}
            </Button>
            <p className="dim small" style={{ margin: 0 }}>
              {t('login.firstTime')}
            </p>
          </Stack>
        </form>
      </main>
      <footer style={{ width: 264 }}>
        <Choices />
      </footer>
    </div>
  );
};
