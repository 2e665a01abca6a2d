// Trying a cart: what it would cost now, which promotions apply and why the others do not. It changes nothing.
import '../../styles/cart.css';
import { ActionIcon, Button, TagsInput, TextInput } from '@mantine/core';
import { listProducts, quoteCart } from '@rapport/sdk/routes';
import type { Quote } from '@rapport/sdk/schemas';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { call } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { useCurrency } from '../../api/vocabulary.ts';
import { CustomerPicker } from '../../parts/customer-picker.tsx';
import { Panel, Tag } from '../../parts/page.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { fromMinor, toMinor, useFormat } from '../../words/format.ts';
import { useWords } from '../../words/words.ts';

/** Null: nothing was typed, so it is what the product says, also when the products come later than the typing. */
type Line = { id: number; sku: string; category: string | null; quantity: string; price: string | null };
const emptyLine = { sku: '', category: null, quantity: '1', price: null };

export const TryCart = ({ highlight }: { highlight?: string }) => {
  const { t } = useWords();
  const may = useMay();
  const known = useCurrency();
  const [typed, setTyped] = useState('');
  const currency = /^[A-Z]{3}$/.test(typed) ? typed : known;
  const [customer, setCustomer] = useState<string | null>(null);
  const [codes, setCodes] = useState<string[]>([]);
  const [shipping, setShipping] = useState('');
  const [lines, setLines] = useState<Line[]>([{ id: 1, ...emptyLine }]);
  const products = useQuery({
    queryKey: ['products', 'cart'],
    queryFn: ({ signal }) => call(listProducts, { query: { limit: 100 }, signal }),
    enabled: may('products:read'),
    staleTime: 60_000,
  });
  const productOf = (sku: string) => products.data?.data.find((each) => each.sku === sku.trim());
  const categoryOf = ({ sku, category }: Line): string => category ?? productOf(sku)?.category ?? '';
  const priceOf = ({ sku, price }: Line): string => {
    const product = productOf(sku);
    if (price !== null || product === undefined || product.price === null) return price ?? '';
    return fromMinor(product.price, product.currency ?? currency);
  };
  const quote = useMutation({
    mutationFn: () =>
      call(quoteCart, {
        body: {
          customer,
          cart: {
            currency,
            codes,
            ...(shipping && { shipping: toMinor(shipping, currency) ?? 0 }),
            lines: lines
              .filter(({ sku }) => sku.trim() !== '')
              .map((line) => ({
                sku: line.sku.trim(),
                category: categoryOf(line) || null,
                quantity: Number(line.quantity),
                unitPrice: toMinor(priceOf(line), currency) ?? 0,
              })),
          },
        },
      }),
  });
  const change = (id: number, members: Partial<Line>) =>
    setLines((old) => old.map((line) => (line.id === id ? { ...line, ...members } : line)));
  const pick = (id: number, sku: string) => change(id, { sku, ...(productOf(sku) && { category: null, price: null }) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    quote.mutate();
  };
  return (
    <Panel title={t('promotions.try')} bare className="cart">
      <form onSubmit={submit} className="panel-body">
        <div className="cart-lines">
          {lines.map((line, index) => (
            <div key={line.id} className="cart-line">
              <TextInput
                label={t('promotions.sku')}
                list="cart-products"
                value={line.sku}
                onChange={(event) => pick(line.id, event.currentTarget.value)}
              />
              <TextInput
                label={t('promotions.category')}
                value={categoryOf(line)}
                onChange={(event) => change(line.id, { category: event.currentTarget.value })}
              />
              <TextInput
                label={t('promotions.quantity')}
                type="number"
                min={1}
                value={line.quantity}
                onChange={(event) => change(line.id, { quantity: event.currentTarget.value })}
              />
              <TextInput
                label={t('promotions.price')}
                inputMode="decimal"
                value={priceOf(line)}
                onChange={(event) => change(line.id, { price: event.currentTarget.value })}
              />
              <ActionIcon
                aria-label={`${t('do.remove')} ${index + 1}`}
                disabled={lines.length === 1}
                onClick={() => setLines((old) => old.filter(({ id }) => id !== line.id))}
              >
                <IconX size={16} />
              </ActionIcon>
            </div>
          ))}
          <datalist id="cart-products">
            {products.data?.data.map(({ sku, name }) => (
              <option key={sku} value={sku}>
                {name}
              </option>
            ))}
          </datalist>
          <Button
            size="xs"
            variant="subtle"
            leftSection={<IconPlus size={14} />}
            onClick={() => setLines((old) => [...old, { id: Math.max(...old.map(({ id }) => id)) + 1, ...emptyLine }])}
          >
            {t('promotions.addLine')}
          </Button>
        </div>
        <div className="two-fields">
          {may('customers:read') && (
            <CustomerPicker label={t('promotions.customer')} value={customer} onChange={setCustomer} clearable />
          )}
          <TagsInput label={t('promotions.codes')} value={codes} onChange={setCodes} />
          <TextInput
            label={t('customers.shipping')}
            inputMode="decimal"
            value={shipping}
            onChange={(event) => setShipping(event.currentTarget.value)}
          />
          <TextInput
            label={t('promotions.currency')}
            maxLength={3}
            placeholder={known}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value.toUpperCase())}
          />
        </div>
        <Trouble error={quote.error} />
        <div className="form-foot">
          <Button type="submit" loading={quote.isPending} disabled={lines.every(({ sku }) => sku.trim() === '')}>
            {t('promotions.quote')}
          </Button>
        </div>
      </form>
      {quote.data && <Result quote={quote.data} highlight={highlight} />}
    </Panel>
  );
};

const Result = ({ quote, highlight }: { quote: Quote; highlight: string | undefined }) => {
  const { t } = useWords();
  const format = useFormat();
  const money = (amount: number) => format.money(amount, quote.currency);
  return (
    <div className="cart-result" aria-live="polite">
      <div className="cart-total">
        <span className="small dim">{t('promotions.total')}</span>
        <span className="big num">{money(quote.total)}</span>
        <span className="small dim num">
          {money(quote.subtotal)} − {money(quote.discount)} + {money(quote.shipping)}
          {quote.points > 0 && ` · ${t('promotions.points', { points: format.number(quote.points) })}`}
        </span>
      </div>
      <ul className="lines">
        {quote.applied.map((applied) => (
          <li key={applied.key} data-highlight={applied.key === highlight || undefined}>
            <span className="two-lines">
              <strong>{applied.name}</strong>
              <span className="small dim">
                {t(`promotions.targets.${applied.target}`)}
                {applied.points ? ` · ${t('promotions.points', { points: format.number(applied.points) })}` : ''}
              </span>
            </span>
            {applied.amount > 0 && <span className="num">−{money(applied.amount)}</span>}
            <Tag tone="good">{t('promotions.applied')}</Tag>
          </li>
        ))}
        {quote.skipped.map((skipped) => (
          <li key={skipped.key} data-highlight={skipped.key === highlight || undefined}>
            <span className="two-lines">
              <span>{skipped.key}</span>
              <span className="small dim">
                {t(`promotions.reasons.${skipped.reason}`)}
                {skipped.detail && ` · ${skipped.detail}`}
                {skipped.by && ` · ${t('promotions.because', { by: skipped.by })}`}
              </span>
            </span>
            <Tag>{t('promotions.skipped')}</Tag>
          </li>
        ))}
        {quote.applied.length + quote.skipped.length === 0 && <li className="dim">{t('promotions.nothingRuns')}</li>}
      </ul>
    </div>
  );
};
