// Who is signed in; language and appearance; signing out.
import { Divider, Popover, SegmentedControl, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import { useRouter } from '@tanstack/react-router';
import { signOut, useMe } from '../api/session.ts';
import { Avatar } from '../parts/page.tsx';
import { tellTrouble } from '../parts/trouble.tsx';
import { chooseLanguage, type Language, languages, useWords, wordsFor } from '../words/words.ts';

export const AccountMenu = () => {
  const { t } = useWords();
  const { user } = useMe();
  const router = useRouter();
  const leave = () => {
    signOut().then(() => router.navigate({ to: '/login' }), tellTrouble);
  };
  return (
    <Popover width={264} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton aria-label={t('app.account')} className="account">
          <Avatar name={user.name || user.email} />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown p={4} aria-label={t('app.account')}>
        <div className="account-who">
          <strong>{user.name || user.email}</strong>
          <span className="dim small">
            {user.email} · {wordsFor(t, `roles.${user.role}`, user.role)}
          </span>
        </div>
        <Divider />
        <Choices />
        <Divider />
        <UnstyledButton className="account-leave" onClick={leave}>
          <IconLogout size={16} aria-hidden="true" />
          {t('app.signOut')}
        </UnstyledButton>
      </Popover.Dropdown>
    </Popover>
  );
};

/** Also on the sign-in page, where nobody has an account menu yet. */
export const Choices = () => {
  const { t, language } = useWords();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <div className="choices">
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label={t('app.language')}
        value={language}
        onChange={(value) => void chooseLanguage(value as Language)}
        data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
      />
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label={t('app.colours')}
        value={colorScheme}
        onChange={(value) => setColorScheme(value as 'light' | 'dark' | 'auto')}
        data={[
          { value: 'light', label: t('app.light') },
          { value: 'dark', label: t('app.dark') },
          { value: 'auto', label: t('app.auto') },
        ]}
      />
    </div>
  );
};
