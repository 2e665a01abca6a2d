// The map of the console: every address, the scope it needs, and the page that is loaded for it.
import type { Scope } from '@rapport/sdk';
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { findMe } from './api/session.ts';
import { Forbidden, NotFound, PageTrouble } from './shell/dead-ends.tsx';
import { Frame } from './shell/frame.tsx';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: PageTrouble });

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search): { next?: string } => (typeof search.next === 'string' ? { next: search.next } : {}),
  component: lazyRouteComponent(() => import('./pages/login.tsx'), 'Login'),
});

const frame = createRoute({
  getParentRoute: () => root,
  id: 'frame',
  beforeLoad: async ({ location }) => {
    const me = await findMe();
    if (!me)
      throw redirect({ to: '/login', search: location.pathname === '/' ? {} : { next: location.href }, replace: true });
    return { scopes: new Set(me.scopes) };
  },
  component: Frame,
  errorComponent: PageTrouble,
});

type Text = Record<string, unknown>;
/** Only the named members of the address, as text: what a link says is never trusted further than that. */
const text =
  <const K extends string>(...names: K[]) =>
  (search: Text): { [P in K]?: string } =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value = search[name];
        return typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [];
      }),
    ) as { [P in K]?: string };

const needs =
  (scope: Scope) =>
  ({ context }: { context: { scopes: Set<string> } }) => {
    if (!context.scopes.has(scope)) throw new Forbidden(scope);
  };

const overview = createRoute({
  getParentRoute: () => frame,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/overview.tsx'), 'Overview'),
});
const setup = createRoute({
  getParentRoute: () => frame,
  path: '/setup',
  component: lazyRouteComponent(() => import('./pages/setup.tsx'), 'Setup'),
});

const customers = createRoute({
  getParentRoute: () => frame,
  path: '/customers',
  beforeLoad: needs('customers:read'),
  validateSearch: text('q', 'sort', 'country', 'city', 'level', 'stage', 'tag'),
  component: lazyRouteComponent(() => import('./pages/customers/list.tsx'), 'Customers'),
});
const customer = createRoute({
  getParentRoute: () => frame,
  path: '/customers/$id',
  beforeLoad: needs('customers:read'),
  validateSearch: text('tab'),
  component: lazyRouteComponent(() => import('./pages/customers/one.tsx'), 'CustomerPage'),
});
const imports = createRoute({
  getParentRoute: () => frame,
  path: '/imports',
  beforeLoad: needs('imports:read'),
  component: lazyRouteComponent(() => import('./pages/imports/list.tsx'), 'Imports'),
});
const newImport = createRoute({
  getParentRoute: () => frame,
  path: '/imports/new',
  beforeLoad: needs('imports:write'),
  validateSearch: text('what'),
  component: lazyRouteComponent(() => import('./pages/imports/new.tsx'), 'NewImport'),
});
const oneImport = createRoute({
  getParentRoute: () => frame,
  path: '/imports/$id',
  beforeLoad: needs('imports:read'),
  component: lazyRouteComponent(() => import('./pages/imports/one.tsx'), 'ImportPage'),
});
const segments = createRoute({
  getParentRoute: () => frame,
  path: '/segments',
  beforeLoad: needs('segments:read'),
  validateSearch: text('status'),
  component: lazyRouteComponent(() => import('./pages/segments/list.tsx'), 'Segments'),
});
const newSegment = createRoute({
  getParentRoute: () => frame,
  path: '/segments/new',
  beforeLoad: needs('segments:write'),
  validateSearch: text('template'),
  component: lazyRouteComponent(() => import('./pages/segments/new.tsx'), 'NewSegment'),
});
const segment = createRoute({
  getParentRoute: () => frame,
  path: '/segments/$key',
  beforeLoad: needs('segments:read'),
  validateSearch: text('tab', 'customer'),
  component: lazyRouteComponent(() => import('./pages/segments/one.tsx'), 'SegmentPage'),
});
const promotions = createRoute({
  getParentRoute: () => frame,
  path: '/promotions',
  beforeLoad: needs('promotions:read'),
  component: lazyRouteComponent(() => import('./pages/promotions/list.tsx'), 'Promotions'),
});
const newPromotion = createRoute({
  getParentRoute: () => frame,
  path: '/promotions/new',
  beforeLoad: needs('promotions:write'),
  component: lazyRouteComponent(() => import('./pages/promotions/new.tsx'), 'NewPromotion'),
});
const promotion = createRoute({
  getParentRoute: () => frame,
  path: '/promotions/$key',
  beforeLoad: needs('promotions:read'),
  validateSearch: text('tab'),
  component: lazyRouteComponent(() => import('./pages/promotions/one.tsx'), 'PromotionPage'),
});
const alerts = createRoute({
  getParentRoute: () => frame,
  path: '/alerts',
  beforeLoad: needs('alerts:read'),
  component: lazyRouteComponent(() => import('./pages/alerts/list.tsx'), 'Alerts'),
});
const newAlert = createRoute({
  getParentRoute: () => frame,
  path: '/alerts/new',
  beforeLoad: needs('alerts:write'),
  component: lazyRouteComponent(() => import('./pages/alerts/new.tsx'), 'NewAlert'),
});
const alert = createRoute({
  getParentRoute: () => frame,
  path: '/alerts/$key',
  beforeLoad: needs('alerts:read'),
  validateSearch: text('tab'),
  component: lazyRouteComponent(() => import('./pages/alerts/one.tsx'), 'AlertPage'),
});
const conditions = createRoute({
  getParentRoute: () => frame,
  path: '/conditions',
  beforeLoad: needs('rules:read'),
  component: lazyRouteComponent(() => import('./pages/conditions/list.tsx'), 'Conditions'),
});
const newCondition = createRoute({
  getParentRoute: () => frame,
  path: '/conditions/new',
  beforeLoad: needs('rules:write'),
  component: lazyRouteComponent(() => import('./pages/conditions/new.tsx'), 'NewCondition'),
});
const condition = createRoute({
  getParentRoute: () => frame,
  path: '/conditions/$key',
  beforeLoad: needs('rules:read'),
  validateSearch: text('tab'),
  component: lazyRouteComponent(() => import('./pages/conditions/one.tsx'), 'ConditionPage'),
});
const plugins = createRoute({
  getParentRoute: () => frame,
  path: '/plugins',
  beforeLoad: needs('plugins:read'),
  component: lazyRouteComponent(() => import('./pages/plugins/list.tsx'), 'Plugins'),
});
const plugin = createRoute({
  getParentRoute: () => frame,
  path: '/plugins/$id',
  beforeLoad: needs('plugins:read'),
  validateSearch: text('tab'),
  component: lazyRouteComponent(() => import('./pages/plugins/one.tsx'), 'PluginPage'),
});
const developers = createRoute({
  getParentRoute: () => frame,
  path: '/developers',
  beforeLoad: needs('clients:read'),
  component: lazyRouteComponent(() => import('./pages/developers/developers.tsx'), 'Developers'),
});
const settings = createRoute({
  getParentRoute: () => frame,
  path: '/settings',
  beforeLoad: needs('users:read'),
  validateSearch: text('tab'),
  component: lazyRouteComponent(() => import('./pages/settings/settings.tsx'), 'Settings'),
});

export const routeTree = root.addChildren([
  login,
  frame.addChildren([
    overview,
    setup,
    customers,
    customer,
    imports,
    newImport,
    oneImport,
    segments,
    newSegment,
    segment,
    promotions,
    newPromotion,
    promotion,
    conditions,
    newCondition,
    condition,
    alerts,
    newAlert,
    alert,
    plugins,
    plugin,
    developers,
    settings,
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultPendingMs: 300,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
