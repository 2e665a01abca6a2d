// What rules and plugins make of a customer: membership, segments with the way to "why", scores and recommendations with reasons.
import { getMember, listCustomerSegments, listRecommendations, listScores } from '@rapport/sdk/routes';
import type { Customer } from '@rapport/sdk/schemas';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call } from '../../api/client.ts';
import { Facts, Panel, Tag } from '../../parts/page.tsx';
import { Ago } from '../../parts/time.tsx';
import { Loaded } from '../../parts/trouble.tsx';
import { useFormat } from '../../words/format.ts';
import { useWords, wordsFor } from '../../words/words.ts';

export const Membership = ({ customer }: { customer: Customer }) => {
  const { t } = useWords();
  const format = useFormat();
  const member = useQuery({
    queryKey: ['customers', customer.id, 'member'],
    queryFn: ({ signal }) => call(getMember, { params: { id: customer.id }, signal }),
    retry: false,
  });
  if (!member.data) return null;
  const { level, pointsAvailable, pointsPending, pointsOwed } = member.data;
  return (
    <Panel title={t('customers.membership')}>
      <Facts
        rows={[
          [t('customers.level'), level ?? '–'],
          [
            t('customers.points'),
            <span key="p" className="num">
              {format.number(pointsAvailable)}
              {pointsPending > 0 && (
                <span className="dim"> · {t('customers.pending', { points: format.number(pointsPending) })}</span>
              )}
              {pointsOwed > 0 && (
                <span className="dim"> · {t('customers.owed', { points: format.number(pointsOwed) })}</span>
              )}
            </span>,
          ],
        ]}
      />
    </Panel>
  );
};

export const Segments = ({ customerId }: { customerId: string }) => {
  const { t } = useWords();
  const segments = useQuery({
    queryKey: ['customers', customerId, 'segments'],
    queryFn: ({ signal }) => call(listCustomerSegments, { params: { id: customerId }, signal }),
  });
  return (
    <Panel title={t('customers.segments')} bare>
      <Loaded query={segments} rows={2}>
        {({ data }) => {
          const current = data.filter(({ leftAt }) => leftAt === null);
          if (current.length === 0) return <p className="small dim pad">{t('customers.noSegments')}</p>;
          return (
            <ul className="lines">
              {current.map(({ key, name, enteredAt }) => (
                <li key={key}>
                  <span className="two-lines">
                    <Link className="link ellipsis" to="/segments/$key" params={{ key }}>
                      {name}
                    </Link>
                    <span className="small dim">
                      {t('explain.since')} <Ago at={enteredAt} />
                    </span>
                  </span>
                  <Link
                    className="link small"
                    to="/segments/$key"
                    params={{ key }}
                    search={{ tab: 'explain', customer: customerId }}
                    aria-label={`${t('segments.why')} ${name}`}
                  >
                    {t('segments.why')}
                  </Link>
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Panel>
  );
};

export const Scores = ({ customerId }: { customerId: string }) => {
  const { t } = useWords();
  const format = useFormat();
  const scores = useQuery({
    queryKey: ['customers', customerId, 'scores'],
    queryFn: ({ signal }) => call(listScores, { params: { id: customerId }, signal }),
  });
  return (
    <Panel title={t('customers.scores')}>
      <Loaded query={scores} rows={2}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="small dim" style={{ margin: 0 }}>
              {t('customers.noScores')}
            </p>
          ) : (
            <ul className="scores">
              {data.map(({ scorer, value, label, reasons, computedAt }) => (
                <li key={scorer}>
                  <div className="score-head">
                    <strong>{scorer.toUpperCase()}</strong>
                    <span className="score-value num">{label ?? format.number(value)}</span>
                  </div>
                  {reasons.map((reason) => (
                    <div key={reason} className="small dim">
                      {reason}
                    </div>
                  ))}
                  <div className="small dim">
                    <Ago at={computedAt} />
                  </div>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
};

export const Recommendations = ({ customerId }: { customerId: string }) => {
  const { t } = useWords();
  const format = useFormat();
  const offers = useQuery({
    queryKey: ['customers', customerId, 'recommendations'],
    queryFn: ({ signal }) => call(listRecommendations, { params: { id: customerId }, query: { limit: 6 }, signal }),
  });
  return (
    <Panel title={t('customers.recommendations')} bare>
      <Loaded query={offers} rows={3}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="small dim pad">{t('customers.noRecommendations')}</p>
          ) : (
            <ul className="lines">
              {data.map((offer) => (
                <li key={`${offer.shelf}-${offer.sku}`}>
                  <span className="two-lines">
                    <span className="ellipsis">{offer.name ?? offer.sku}</span>
                    <span className="small dim">{offer.reason}</span>
                  </span>
                  <span className="offer-end">
                    {offer.price !== null && (
                      <span className="num small">{format.money(offer.price, offer.currency)}</span>
                    )}
                    <Tag>{wordsFor(t, `customers.shelves.${offer.shelf}`, offer.shelf)}</Tag>
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
};
