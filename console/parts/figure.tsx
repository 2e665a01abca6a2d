// A row of figures, each leading to the page behind it. A figure not yet known is a dash, never a zero.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

export type FigureProps = { label: string; value: ReactNode | undefined; hint?: ReactNode; to?: string };

export const Figures = ({ figures }: { figures: FigureProps[] }) => (
  <div className="panel kpis">
    {figures.map(({ label, value, hint, to }) => {
      const inside = (
        <>
          <div className="kpi-label">{label}</div>
          <div className="kpi-value">{value ?? '–'}</div>
          {hint && <div className="small dim">{hint}</div>}
        </>
      );
      return to ? (
        <Link key={label} to={to} className="kpi">
          {inside}
        </Link>
      ) : (
        <div key={label} className="kpi">
          {inside}
        </div>
      );
    })}
  </div>
);
