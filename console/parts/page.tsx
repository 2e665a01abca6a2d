// A page's head, its panels and its plain pieces: title, tags, facts, empty states. No data is fetched here.
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';

type PageProps = {
  title: string;
  lead?: ReactNode;
  back?: { to: string; label: string };
  actions?: ReactNode;
  children: ReactNode;
};

export const Page = ({ title, lead, back, actions, children }: PageProps) => {
  useEffect(() => {
    document.title = `${title} · Rapport`;
  }, [title]);
  return (
    <>
      <div className="page-head">
        <div>
          {back && (
            <Link className="back" to={back.to}>
              ← {back.label}
            </Link>
          )}
          <h1>{title}</h1>
          {lead && <p>{lead}</p>}
        </div>
        {actions && <div className="page-actions">{actions}</div>}
      </div>
      {children}
    </>
  );
};

type PanelProps = { title?: string; actions?: ReactNode; children: ReactNode; bare?: boolean; className?: string };

export const Panel = ({ title, actions, children, bare = false, className = '' }: PanelProps) => (
  <section className={`panel ${className}`} aria-label={title}>
    {title && (
      <div className="panel-head">
        <h2>{title}</h2>
        {actions}
      </div>
    )}
    <div className={bare ? undefined : 'panel-body'}>{children}</div>
  </section>
);

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'brand' | 'plain';

export const Tag = ({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) => (
  <span className="tag" data-tone={tone}>
    {children}
  </span>
);

export const Facts = ({ rows }: { rows: [label: string, value: ReactNode][] }) => (
  <dl className="facts">
    {rows.map(([label, value]) => (
      <div key={label} style={{ display: 'contents' }}>
        <dt>{label}</dt>
        <dd>{value ?? '–'}</dd>
      </div>
    ))}
  </dl>
);

/** `whole`: it stands for the whole page, so its title is the page's. */
type EmptyProps = { icon?: ReactNode; title: string; text?: string; action?: ReactNode; whole?: boolean };

export const Empty = ({ icon, title, text, action, whole = false }: EmptyProps) => (
  <div className="empty">
    <span className="dim" aria-hidden="true">
      {icon}
    </span>
    {whole ? <h1>{title}</h1> : <p className="empty-title">{title}</p>}
    {text && <p>{text}</p>}
    {action}
  </div>
);

export const Avatar = ({ name }: { name: string }) => (
  <span className="avatar" aria-hidden="true">
    {initials(name)}
  </span>
);

const initials = (name: string): string => {
  const words = name.trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return '?';
  const [first = '', last = ''] = [words[0], words.length > 1 ? words.at(-1) : ''];
  return /\p{Script=Han}/u.test(first) ? first.slice(-1) : `${first.slice(0, 1)}${last.slice(0, 1)}`.toUpperCase();
};
