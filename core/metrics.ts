// What Prometheus reads at /metrics. Modules declare their metrics (`defineModule`). Labels are routes, queues and outcomes, never
// customers, so that there are few of them.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Log } from './log.ts';

type Described = { name: string; help: string; labels?: readonly string[] };
/** A value of a gauge, with a value for each of its labels. */
export type Reading = { value: number; labels?: Record<string, string> };
export type CounterSpec = Described & { kind: 'counter' };
/** `buckets`: upper bounds, ascending, in the unit that the name ends with. */
export type HistogramSpec = Described & { kind: 'histogram'; buckets: readonly number[] };
/** `collect` is asked at every scrape; what it does not name any more is no longer shown. One that fails is logged and left out. */
export type GaugeSpec<Service> = Described & {
  kind: 'gauge';
  collect: (service: Service) => readonly Reading[] | Promise<readonly Reading[]>;
};
export type MetricSpec<Service = unknown> = CounterSpec | HistogramSpec | GaugeSpec<Service>;

/** Typed for its author; the list of a module holds metrics of every kind. */
export const defineCounter = (spec: Omit<CounterSpec, 'kind'>): CounterSpec => ({ ...spec, kind: 'counter' });
export const defineHistogram = (spec: Omit<HistogramSpec, 'kind'>): HistogramSpec => ({ ...spec, kind: 'histogram' });

type Labels = Record<string, string>;

export const createMetrics = ({ log }: { log: Log }) => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();
  // Looking a child up by its labels costs more than counting: a request is observed by what it was last looked up with.
  const children = new Map<string, { observe: (value: number) => void }>();
  const optionsOf = ({ name, help, labels = [] }: Described) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });

  const counterOf = (spec: CounterSpec): Counter => {
    const counter = counters.get(spec.name) ?? new Counter(optionsOf(spec));
    counters.set(spec.name, counter);
    return counter;
  };
  const histogramOf = (spec: HistogramSpec): Histogram => {
    const histogram = histograms.get(spec.name) ?? new Histogram({ ...optionsOf(spec), buckets: [...spec.buckets] });
    histograms.set(spec.name, histogram);
    return histogram;
  };

  return {
    /** Shows a metric from now on; a counter without labels as 0. Throws when the name is taken by another kind. */
    declare: <Service>(spec: MetricSpec<Service>, service: Service): void => {
      if (spec.kind === 'counter') return void counterOf(spec);
      if (spec.kind === 'histogram') return void histogramOf(spec);
      new Gauge({
        ...optionsOf(spec),
        async collect() {
          this.reset();
          // Without labels it would say 0, which nobody measured.
          if (!spec.labels?.length) this.remove();
          try {
            for (const { value, labels = {} } of await spec.collect(service)) this.set(labels, value);
          } catch (error) {
            log.warn({ err: error, metric: spec.name }, 'a gauge could not be read');
          }
        },
      });
    },
    /** Adds one. */
    count: (spec: CounterSpec, labels: Labels): void => counterOf(spec).inc(labels),
    observe: (spec: HistogramSpec, labels: Labels, value: number): void => {
      const key = `${spec.name} ${Object.values(labels).join(' ')}`;
      const known = children.get(key) ?? histogramOf(spec).labels(labels);
      children.set(key, known);
      known.observe(value);
    },
    /** Everything in the format of Prometheus, for `contentType`. */
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
};

export type Metrics = ReturnType<typeof createMetrics>;
