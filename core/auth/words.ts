// The words of the pages the server draws itself, in English and Chinese. Scopes are said as what the app will do.
import type { Resource, Scope } from '@rapport/sdk';

export const pageLanguages = ['en', 'zh'] as const;
export type PageLanguage = (typeof pageLanguages)[number];

const resourceWords: Record<Resource, Record<PageLanguage, string>> = {
  customers: { en: 'customers', zh: '客户' },
  attributes: { en: 'customer attributes', zh: '客户属性' },
  events: { en: 'customer events', zh: '客户事件' },
  orders: { en: 'orders', zh: '订单' },
  products: { en: 'products', zh: '商品' },
  segments: { en: 'segments', zh: '分群' },
  promotions: { en: 'promotions', zh: '促销' },
  alerts: { en: 'alerts', zh: '提醒' },
  journeys: { en: 'journeys', zh: '旅程' },
  rules: { en: 'rules', zh: '规则' },
  templates: { en: 'message templates', zh: '消息模板' },
  messages: { en: 'messages', zh: '消息' },
  records: { en: 'tickets, deals and other records', zh: '工单、商机等记录' },
  insights: { en: 'scores and recommendations', zh: '评分与推荐' },
  plugins: { en: 'plugins', zh: '插件' },
  webhooks: { en: 'webhooks', zh: 'Webhook' },
  users: { en: 'staff accounts', zh: '员工账号' },
  clients: { en: 'connected apps', zh: '已连接的应用' },
  audit: { en: 'the audit log', zh: '审计日志' },
  imports: { en: 'imports', zh: '导入' },
  exports: { en: 'exports', zh: '导出' },
};

const otherWords: Record<string, Record<PageLanguage, string>> = {
  pii: {
    en: 'See names, addresses, e-mails and phone numbers unmasked',
    zh: '查看未遮盖的姓名、地址、邮箱和电话号码',
  },
  'marketplace:publish': { en: 'Publish plugins in the marketplace', zh: '在插件市场发布插件' },
  'marketplace:review': { en: 'Review plugins of the marketplace', zh: '审核插件市场中的插件' },
  'exports:write': { en: 'Export data in bulk', zh: '批量导出数据' },
  'imports:write': { en: 'Import data in bulk', zh: '批量导入数据' },
  'messages:write': { en: 'Send messages to customers', zh: '向客户发送消息' },
};

export const scopeInWords = (scope: Scope, language: PageLanguage): string => {
  const special = otherWords[scope]?.[language];
  if (special !== undefined) return special;
  const [resource, action] = scope.split(':') as [Resource, string];
  const noun = resourceWords[resource]?.[language];
  if (noun === undefined) return scope;
  if (language === 'zh') return action === 'write' ? `更改${noun}` : `查看${noun}`;
  return action === 'write' ? `Change ${noun}` : `See ${noun}`;
};

export const pageWords: Record<PageLanguage, Record<string, string>> = {
  en: {
    signIn: 'Sign in',
    signInFor: 'Sign in to connect an app to Rapport.',
    email: 'E-mail',
    password: 'Password',
    totp: 'One-time code (if you use one)',
    wrong: 'E-mail, password or one-time code is wrong.',
    totpRequired: 'Enter the one-time code of your authenticator.',
    wait: 'Too many failed sign-ins. Wait a little and try again.',
    consent: 'Allow access?',
    asks: 'wants to act in Rapport on your behalf:',
    signedInAs: 'Signed in as',
    returnsTo: 'Afterwards you return to',
    less: 'Your role does not hold everything the app asks for; only this is given.',
    allow: 'Allow',
    deny: 'Do not allow',
    refused: 'This request cannot be answered',
    refusedHint: 'Go back to the app and try again. If it happens again, tell the people who made the app:',
    choose: 'Choose your password',
    newPassword: 'New password (at least 12 characters)',
    save: 'Save',
    tooShort: 'The password needs at least 12 characters.',
    saved: 'Your password is set.',
    toSignIn: 'Go to sign-in',
    linkInvalid: 'This link was used, has expired, or never was. Ask for a new one.',
    stale: 'The page was open too long or belongs to another session. Look at the request again.',
  },
  zh: {
    signIn: '登录',
    signInFor: '登录后即可将应用连接到 Rapport。',
    email: '邮箱',
    password: '密码',
    totp: '一次性验证码（如已启用）',
    wrong: '邮箱、密码或一次性验证码不正确。',
    totpRequired: '请输入身份验证器中的一次性验证码。',
    wait: '登录失败次数过多，请稍后再试。',
    consent: '允许访问？',
    asks: '请求以您的身份在 Rapport 中执行以下操作：',
    signedInAs: '当前登录：',
    returnsTo: '完成后将返回',
    less: '您的角色不具备该应用请求的全部权限，仅授予以下权限。',
    allow: '允许',
    deny: '不允许',
    refused: '无法处理此请求',
    refusedHint: '请返回应用重试。若仍然失败，请将以下信息告知应用的开发者：',
    choose: '设置密码',
    newPassword: '新密码（至少 12 个字符）',
    save: '保存',
    tooShort: '密码至少需要 12 个字符。',
    saved: '密码已设置。',
    toSignIn: '前往登录',
    linkInvalid: '此链接已被使用、已过期或不存在。请重新获取。',
    stale: '页面打开时间过长，或属于另一个会话。请重新查看此请求。',
  },
};
