// What Prometheus reads at /metrics. Labels are routes and outcomes, never customers.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export const createMetrics = () => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'rapport_http_request_seconds',
    help: 'Time of HTTP requests.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  type Child = { observe: (seconds: number) => void };
  const kept = new Map<string, Child>();
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  return {
    /** `route` is the path of a contract, so that there are few of them. */
    observeRequest: (method: string, route: string, status: number, seconds: number): void => {
      const key = `${method} ${status} ${route}`;
      const known = kept.get(key) ?? requests.labels({ method, route, status: String(status) });
      kept.set(key, known);
      known.observe(seconds);
    },
    jobs: counter('rapport_jobs_total', 'Jobs by queue and outcome.', ['queue', 'outcome']),
    hooks: counter('rapport_plugin_calls_total', 'Plugin calls by plugin, hook and outcome.', [
      'plugin',
      'hook',
      'outcome',
    ]),
    messages: counter('rapport_messages_total', 'Messages by channel and outcome.', ['channel', 'outcome']),
    gauge: (name: string, help: string, collect: (gauge: Gauge) => void | Promise<void>) =>
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          return collect(this);
        },
      }),
    counter,
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
};

export type Metrics = ReturnType<typeof createMetrics>;
