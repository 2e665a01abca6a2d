// The frame around every page for somebody signed in: areas at the side, account and appearance at the top.
import { AppShell, Burger } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, Outlet } from '@tanstack/react-router';
import { later } from '../parts/later.tsx';
import { useWords } from '../words/words.ts';
import { Jump } from './jump.tsx';
import { useJumps } from './keys.ts';
import { Navigation } from './navigation.tsx';

const AccountMenu = later(async () => (await import('./account-menu.tsx')).AccountMenu, <span className="account" />);

export const Frame = () => {
  const { t } = useWords();
  const [open, { toggle, close }] = useDisclosure(false);
  useJumps();
  return (
    <AppShell
      layout="alt"
      header={{ height: 52 }}
      navbar={{ width: 212, breakpoint: 'md', collapsed: { mobile: !open } }}
      padding={{ base: 'md', md: 24 }}
    >
      <a className="skip" href="#content">
        {t('app.skip')}
      </a>
      <AppShell.Header className="top">
        <div className="top-row">
          <Burger
            opened={open}
            onClick={toggle}
            hiddenFrom="md"
            size="sm"
            aria-label={t('app.menu')}
            aria-expanded={open}
          />
          <span className="top-brand">
            <Brand />
          </span>
          <span style={{ flex: 1 }} />
          <Jump />
          <AccountMenu />
        </div>
      </AppShell.Header>
      <AppShell.Navbar className="side" p={10} aria-label={t('app.navigation')}>
        <div className="side-head">
          <Brand />
          <Burger opened={open} onClick={toggle} hiddenFrom="md" size="sm" aria-label={t('app.menu')} />
        </div>
        <Navigation onGo={close} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className="main">
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
};

const Brand = () => (
  <Link to="/" className="brand">
    <img src="/icon.svg" alt="" width={24} height={24} />
    Rapport
  </Link>
);
