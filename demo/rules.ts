// What the demo shop's marketing wrote: segments beside the ready-made ones, promotions, alerts, templates.
import type { NewAlert, NewPromotion, NewSegment, NewTemplate } from '@rapport/sdk/schemas';

export const attribute = { key: 'plan', title: 'Plan', titleZh: '会员计划', type: 'text' } as const;

/** Taken from the catalogue as they are. */
export const readyMade = [
  'new-customers',
  'never-bought',
  'one-time-buyers',
  'loyal',
  'high-value',
  'lapsing',
  'birthday-soon',
  'rfm-champions',
  'mail-consent',
];

export const segments: NewSegment[] = [
  {
    key: 'coffee-lovers',
    name: 'Coffee lovers',
    description: 'Three coffee orders in half a year.',
    conditions: {
      all: [
        { fact: 'orders', params: { within: 'P180D', category: 'Coffee' }, operator: 'greaterThanInclusive', value: 3 },
      ],
    },
  },
  {
    key: 'unhappy-reviewers',
    name: 'Unhappy reviewers',
    description: 'Wrote a review of one or two stars in the last quarter.',
    conditions: {
      all: [
        {
          fact: 'events',
          params: { type: 'review.written', within: 'P90D', measure: 'min', of: 'rating' },
          operator: 'lessThanInclusive',
          value: 2,
        },
      ],
    },
  },
  {
    key: 'browsing-not-buying',
    name: 'Browsing, not buying',
    description: 'Looked at three products in a month without an order in it, and may be written to.',
    conditions: {
      all: [
        {
          fact: 'events',
          params: { type: 'product.viewed', within: 'P30D' },
          operator: 'greaterThanInclusive',
          value: 3,
        },
        { fact: 'orders', params: { within: 'P30D' }, operator: 'equal', value: 0 },
        { fact: 'consent', params: { channel: 'email', purpose: 'marketing' }, operator: 'equal', value: 'granted' },
      ],
    },
  },
  {
    key: 'uk-regulars',
    name: 'UK regulars',
    description: 'Three orders in ninety days from the United Kingdom.',
    conditions: {
      all: [
        { fact: 'customer.country', operator: 'equal', value: 'GB' },
        { fact: 'orders', params: { within: 'P90D' }, operator: 'greaterThanInclusive', value: 3 },
      ],
    },
  },
];

export const promotions: NewPromotion[] = [
  {
    key: 'ten-for-loyal',
    name: '10 % for loyal customers',
    priority: 10,
    conditions: { all: [{ fact: 'segment.loyal', operator: 'equal', value: true }] },
    event: { type: 'discount', params: { target: 'order', bp: 1000, stacking: 'stackable' } },
  },
  {
    key: 'free-shipping-50',
    name: 'Free shipping from €50',
    priority: 1,
    conditions: { all: [{ fact: 'cart.subtotal', operator: 'greaterThanInclusive', value: 5000 }] },
    event: { type: 'shipping', params: { target: 'shipping', stacking: 'always' } },
  },
  {
    key: 'tea-three-for-two',
    name: 'Tea: three for two',
    priority: 20,
    conditions: { all: [] },
    confirmEveryone: true,
    event: {
      type: 'free-item',
      params: { target: 'freeItem', buy: 2, get: 1, match: { categories: ['Tea'] }, stacking: 'stackable' },
    },
  },
  {
    key: 'welcome5',
    name: '€5 with the code WELCOME',
    priority: 5,
    conditions: { all: [{ fact: 'cart.subtotal', operator: 'greaterThanInclusive', value: 2500 }] },
    event: {
      type: 'discount',
      params: {
        target: 'order',
        amount: 500,
        currency: 'EUR',
        stacking: 'stackable',
        code: { required: true },
        limits: { total: 500, perCustomer: 1, budget: 250_000, budgetMode: 'refuse' },
      },
    },
  },
  {
    key: 'points',
    name: 'One point per euro',
    priority: 0,
    conditions: { all: [] },
    confirmEveryone: true,
    event: {
      type: 'points',
      params: {
        target: 'points',
        stacking: 'always',
        points: { per: 1, unit: 100, pendingDays: 14, expireMonths: 24 },
        currency: 'EUR',
      },
    },
  },
];

export const templates: NewTemplate[] = [
  {
    key: 'welcome-champion',
    channel: 'email',
    title: 'Thank you, champion',
    defaultLanguage: 'en',
    contents: {
      en: {
        subject: 'Thank you, {{default customer.firstName "friend"}}',
        text: 'Your last order made you one of our best customers. A small surprise travels with your next parcel.',
      },
      zh: {
        subject: '谢谢您，{{default customer.firstName "朋友"}}',
        text: '最近一次订单使您成为我们最重要的客户之一。下次包裹中会有一份小惊喜。',
      },
      de: {
        subject: 'Danke, {{default customer.firstName ""}}',
        text: 'Ihre letzte Bestellung macht Sie zu einem unserer besten Kunden.',
      },
    },
  },
];

export const alerts: NewAlert[] = [
  {
    key: 'big-order',
    name: 'Big order',
    description: 'An order of €250 or more: the shop floor packs it by hand.',
    trigger: { kind: 'event', types: ['order.placed'] },
    conditions: { all: [{ fact: 'event.properties.total', operator: 'greaterThanInclusive', value: 25_000 }] },
    cooldown: 'PT1H',
    actions: [
      {
        kind: 'message',
        channel: 'email',
        to: 'floor@example.com',
        purpose: 'staff',
        content: {
          subject: 'Big order',
          text: 'Customer {{customerId}} ordered for {{cause.event.properties.total}} cents.',
        },
      },
      { kind: 'tag', tag: 'big-spender' },
    ],
  },
  {
    key: 'unhappy',
    name: 'Unhappy customer',
    description: 'A review of one or two stars, or a parcel that came damaged.',
    trigger: { kind: 'event', types: ['review.written', 'support.contacted'] },
    conditions: {
      any: [
        { fact: 'event.properties.rating', operator: 'lessThanInclusive', value: 2 },
        { fact: 'event.properties.topic', operator: 'equal', value: 'damaged' },
      ],
    },
    cooldown: 'P1D',
    actions: [
      {
        kind: 'message',
        channel: 'email',
        to: 'care@example.com',
        purpose: 'staff',
        content: { subject: 'Somebody is unhappy', text: 'Please look after customer {{customerId}}.' },
      },
      { kind: 'webhook' },
    ],
  },
  {
    key: 'new-loyal',
    name: 'Newly loyal',
    description: 'Somebody became loyal: thank them, if they want mail.',
    trigger: { kind: 'segment', segment: 'loyal', moment: 'entered' },
    cooldown: 'P30D',
    actions: [
      { kind: 'message', channel: 'email', template: 'welcome-champion', purpose: 'marketing' },
      { kind: 'tag', tag: 'loyal' },
    ],
  },
];
