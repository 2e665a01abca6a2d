// What a scope lets its holder do, in the words of a consent page, in English and Chinese.
import type { Resource, Scope } from './scopes.ts';

export const scopeLanguages = ['en', 'zh'] as const;
export type ScopeLanguage = (typeof scopeLanguages)[number];

const resourceWords: Record<Resource, Record<ScopeLanguage, string>> = {
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

const otherWords: Record<string, Record<ScopeLanguage, string>> = {
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

/** A sentence without a full stop: `See customers`. A scope that has no words, as `hook:…`, is answered as it is. */
export const scopeInWords = (scope: Scope, language: ScopeLanguage): string => {
  const special = otherWords[scope]?.[language];
  if (special !== undefined) return special;
  const [resource, action] = scope.split(':') as [Resource, string];
  const noun = resourceWords[resource]?.[language];
  if (noun === undefined) return scope;
  if (language === 'zh') return action === 'write' ? `更改${noun}` : `查看${noun}`;
  return action === 'write' ? `Change ${noun}` : `See ${noun}`;
};
