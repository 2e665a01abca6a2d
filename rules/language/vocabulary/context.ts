// Facts of the moment: the cart of a promotion, the event of an alert. They come with the call and have no twin in SQL.
import type { FactType, RuleContext, Words } from '@rapport/sdk/schemas';
import type { FactDefinition, FactValue } from './fact.ts';
import type { Form } from './forms.ts';
import * as forms from './forms.ts';
import { isPath, readProperty } from './properties.ts';

const fact = (id: string, type: FactType, title: Words, form?: Form): FactDefinition => {
  const [group] = id.split('.') as [RuleContext];
  const absent: FactValue = type === 'list' ? [] : null;
  return {
    id,
    title,
    group,
    type,
    ...(form && { form }),
    contexts: [group],
    dependsOn: () => [],
    needs: () => ({}),
    read:
      () =>
      ({ context }) =>
        (context[id] as FactValue | undefined) ?? absent,
  };
};

/** `eventTypes`: those seen so far, to name the nearest of. */
export const contextFacts = (eventTypes: readonly string[] = []): FactDefinition[] => [
  fact('cart.subtotal', 'money', { en: 'Cart: goods', zh: '购物车：商品金额' }),
  fact('cart.shipping', 'money', { en: 'Cart: shipping', zh: '购物车：运费' }),
  fact('cart.total', 'money', { en: 'Cart: total', zh: '购物车：总额' }),
  fact('cart.currency', 'text', { en: 'Cart: currency', zh: '购物车：货币' }, forms.currency),
  fact('cart.quantity', 'integer', { en: 'Cart: pieces', zh: '购物车：件数' }),
  fact('cart.lines', 'integer', { en: 'Cart: lines', zh: '购物车：行数' }),
  fact('cart.skus', 'list', { en: 'Cart: products', zh: '购物车：商品' }, forms.freeText),
  fact('cart.categories', 'list', { en: 'Cart: categories', zh: '购物车：类别' }, forms.freeText),
  fact('cart.codes', 'list', { en: 'Cart: codes', zh: '购物车：优惠码' }, forms.code),
  fact('event.type', 'text', { en: 'Event: type', zh: '事件：类型' }, forms.eventType(eventTypes)),
  fact('event.occurredAt', 'instant', { en: 'Event: time', zh: '事件：时间' }),
  fact('event.source', 'text', { en: 'Event: source', zh: '事件：来源' }, forms.eventSource),
];

const prefix = 'event.properties.';

/** `event.properties.<path>`: of whatever kind the event holds, compared strictly by the kind of the value. */
export const propertyFact = (id: string): FactDefinition | undefined => {
  const path = id.startsWith(prefix) ? id.slice(prefix.length) : '';
  if (!isPath(path)) return undefined;
  const read = readProperty(path);
  return {
    ...fact(id, 'any', { en: `Event: ${path}`, zh: `事件：${path}` }, forms.freeText),
    read:
      () =>
      ({ context }) =>
        read((context['event.properties'] ?? {}) as Record<string, unknown>),
  };
};
