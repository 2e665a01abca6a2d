// A rule finds customers however its values are typed, because they are kept spelled as the customers' own values are.
import { expect, vi } from 'vitest';
import { testApp } from '../support/app.ts';
import { eachDatabase } from '../support/databases.ts';

const nfd = (text: string): string => text.normalize('NFD');

const customer = {
  email: 'foo.bar@example.com',
  phone: '+49 30 901820',
  language: 'de-DE',
  country: 'DE',
  city: nfd('Düsseldorf'),
  tags: [nfd('Stammgäste')],
  attributes: { size: nfd('groß'), colours: [nfd('grün')] },
};

eachDatabase(
  'values typed in another spelling find the customer, and the saved rule shows the stored one',
  async (on) => {
    await using app = await testApp(on);
    const owner = app.as('owner');
    await owner.post('/attributes', { key: 'size', title: 'Size', type: 'text', options: [nfd('groß'), 'klein'] });
    await owner.post('/attributes', { key: 'colours', title: 'Colours', type: 'list' });
    const made = await owner.post('/customers', customer);
    expect(made.status).toBe(201);
    await owner.post('/events', {
      customer: { id: made.body.id },
      type: 'viewed',
      properties: { page: nfd('Über uns') },
    });

    const equal = (fact: string, value: string) => ({ fact, operator: 'equal', value });
    const contains = (fact: string, value: string) => ({ fact, operator: 'contains', value });
    const viewed = (page: string) => ({
      fact: 'events',
      params: { type: 'viewed', where: [{ property: 'page', operator: 'in', value: [page] }] },
      operator: 'greaterThanInclusive',
      value: 1,
    });
    for (const condition of [
      equal('customer.email', 'Foo.Bar@Example.COM'),
      equal('customer.phone', '0049 30 901820'),
      equal('customer.language', 'DE-de'),
      equal('customer.country', 'Germany'),
      equal('customer.city', nfd(' Düsseldorf')),
      equal('customer.city', 'Düsseldorf'),
      contains('tags', nfd('Stammgäste')),
      contains('tags', 'Stammgäste'),
      equal('attribute.size', 'GROß'),
      contains('attribute.colours', 'grün'),
      contains('attribute.colours', nfd('grün')),
      viewed('Über uns'),
      viewed(nfd('Über uns')),
    ]) {
      const { status, body } = await owner.post('/segments/preview', { conditions: { all: [condition] } });
      expect([status, body.count], JSON.stringify(condition)).toEqual([200, 1]);
    }

    const conditions = {
      all: [equal('customer.email', 'Foo.Bar@Example.COM'), equal('customer.city', nfd('Düsseldorf'))],
    };
    const tests = [
      { facts: { 'customer.email': 'FOO.BAR@example.com', 'customer.city': 'Düsseldorf' }, expected: true },
    ];
    const segment = await owner.post('/segments', { key: 'foo', name: 'Foo', conditions, tests });
    expect(segment.body.conditions).toEqual({
      all: [equal('customer.email', 'foo.bar@example.com'), equal('customer.city', 'Düsseldorf')],
    });
    expect((await owner.post('/segments/foo/activate', {})).status).toBe(200);
    await vi.waitFor(async () => expect((await owner.get('/segments/foo')).body.members).toBe(1), 20_000);
  },
);

eachDatabase('a code of a cart is found in any spelling; the currency too', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  const made = await owner.post('/promotions', {
    key: 'spring',
    name: 'Spring',
    conditions: {
      all: [
        { fact: 'cart.codes', operator: 'contains', value: ' spring10' },
        { fact: 'cart.currency', operator: 'equal', value: 'eur' },
      ],
    },
    event: { params: { target: 'order', bp: 1000 } },
  });
  expect(made.body.conditions.all.map(({ value }: { value: string }) => value)).toEqual(['SPRING10', 'EUR']);
  await owner.post('/promotions/spring/activate', {});
  const cart = { currency: 'EUR', codes: ['Spring10 '], lines: [{ sku: 'tea', quantity: 1, unitPrice: 1000 }] };
  expect((await owner.post('/promotions/quote', { cart })).body.applied).toMatchObject([{ key: 'spring' }]);
});

eachDatabase('a value that can match nobody is refused with the nearest known one', async (on) => {
  await using app = await testApp(on);
  const owner = app.as('owner');
  await owner.put('/levels/gold', { title: 'Gold', rank: 1 });
  const refused = async (fact: string, value: string) =>
    (await owner.post('/segments', { key: 'x', name: 'X', conditions: { all: [{ fact, operator: 'equal', value }] } }))
      .body;
  const pointer = '/conditions/all/0/value';
  expect(await refused('customer.country', 'XX')).toMatchObject({ code: 'VALUE_UNMATCHABLE', pointer });
  expect(await refused('customer.phone', '030 901820')).toMatchObject({ code: 'VALUE_UNMATCHABLE', pointer });
  expect(await refused('member.level', 'glod')).toMatchObject({
    code: 'VALUE_NOT_AN_OPTION',
    pointer,
    detail: expect.stringContaining('"gold"'),
  });
});
