// Runs first in every context of a plugin, inside the isolate: takes away what is not deterministic or reaches outside, makes
// `ctx`, and keeps the one host call and the one way out. Trusted code in an untrusted context: it captures what it needs before the
// plugin runs, gives and takes text only, and lets no object of the plugin's cross. Not a module; the worker evaluates it as it is.
(out, temporal, names) => {
  const G = globalThis;
  const { parse, stringify } = JSON;
  const { create, defineProperty, freeze, getOwnPropertyDescriptor } = Object;
  const { construct, apply } = Reflect;
  const uncurry = Function.prototype.bind.bind(Function.prototype.call);
  const slice = uncurry(String.prototype.slice);
  const mark = uncurry(WeakMap.prototype.set);
  const markOf = uncurry(WeakMap.prototype.get);
  const PromiseOf = Promise;
  const ErrorOf = Error;
  const RealDate = Date;
  const text = String;
  const imul = Math.imul;

  // Read before the plugin runs, into arrays of our own.
  const capabilities = [];
  const groups = [];
  for (const name of parse(names)) {
    const dot = name.indexOf('.');
    const group = dot < 0 ? '' : name.slice(0, dot);
    capabilities[capabilities.length] = { __proto__: null, name, group, member: name.slice(dot + 1) };
    if (group !== '' && !groups.includes(group)) groups[groups.length] = group;
  }

  let now = 0;
  let state = [1, 2, 3, 4];
  let limits = { hostCalls: 0, atOnce: 0, hostCallChars: 0, resultChars: 0, logs: 0 };
  let closed = true;
  let hostCalls = 0;
  let open = 0;
  let logs = 0;
  let pending = create(null);
  const failures = new WeakMap();

  // xoshiro128**, seeded through splitmix32: the same seed gives the same run.
  const seed = (given) => {
    let s = given | 0;
    const next = () => {
      s = (s + 0x9e3779b9) | 0;
      let t = s ^ (s >>> 16);
      t = imul(t, 0x21f0aaad);
      t ^= t >>> 15;
      t = imul(t, 0x735a2d97);
      return t ^ (t >>> 15);
    };
    state = [next(), next(), next(), next()];
  };
  const rotl = (x, k) => (x << k) | (x >>> (32 - k));
  const random = () => {
    const result = imul(rotl(imul(state[1], 5), 7), 9) >>> 0;
    const t = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= t;
    state[3] = rotl(state[3], 11);
    return result / 4294967296;
  };

  for (const name of [
    'WebAssembly',
    'SharedArrayBuffer',
    'Atomics',
    'WeakRef',
    'FinalizationRegistry',
    'console',
    'ShadowRealm',
  ])
    delete G[name];
  delete JSON.rawJSON;
  delete JSON.isRawJSON;
  const fixed = (object, name, value) => {
    if (object) defineProperty(object, name, { value, writable: false, configurable: false, enumerable: false });
  };
  fixed(Error, 'prepareStackTrace', undefined);
  fixed(Error, 'stackTraceLimit', 10);
  fixed(Math, 'random', random);

  const DateOf = function (...given) {
    if (!new.target) return text(new RealDate(now));
    return construct(RealDate, given.length === 0 ? [now] : given, new.target);
  };
  DateOf.prototype = RealDate.prototype;
  fixed(DateOf, 'name', 'Date');
  fixed(DateOf, 'now', () => now);
  fixed(DateOf, 'parse', RealDate.parse);
  fixed(DateOf, 'UTC', RealDate.UTC);
  fixed(RealDate.prototype, 'constructor', DateOf);
  fixed(G, 'Date', DateOf);

  // Temporal costs a fifth of a millisecond to make ready: only where the code names it; elsewhere it does not exist.
  if (!temporal) delete G.Temporal;
  else {
    const { Instant, Now } = G.Temporal;
    const instant = () => Instant.fromEpochMilliseconds(now);
    const zoned = (zone = 'UTC') => instant().toZonedDateTimeISO(zone);
    fixed(Now, 'instant', instant);
    fixed(Now, 'timeZoneId', () => 'UTC');
    fixed(Now, 'zonedDateTimeISO', zoned);
    fixed(Now, 'plainDateTimeISO', (zone) => zoned(zone).toPlainDateTime());
    fixed(Now, 'plainDateISO', (zone) => zoned(zone).toPlainDate());
    fixed(Now, 'plainTimeISO', (zone) => zoned(zone).toPlainTime());
  }
  if (G.Intl) {
    const proto = Intl.DateTimeFormat.prototype;
    const format = getOwnPropertyDescriptor(proto, 'format').get;
    const parts = proto.formatToParts;
    defineProperty(proto, 'format', {
      get() {
        const bound = apply(format, this, []);
        return (date) => bound(date === undefined ? now : date);
      },
      configurable: false,
    });
    fixed(proto, 'formatToParts', function (date) {
      return apply(parts, this, [date === undefined ? now : date]);
    });
  }

  const failure = (code, message) => {
    const error = new ErrorOf(message);
    error.code = code;
    mark(failures, error, code);
    return error;
  };

  // A host call: a name and text go out, text comes back. Counted and measured here, before anything crosses.
  const hostCall = (name, args) =>
    new PromiseOf((resolve, reject) => {
      if (closed) return reject(failure('LIMIT', 'The call is over.'));
      if (hostCalls >= limits.hostCalls)
        return reject(failure('LIMIT', `More than ${limits.hostCalls} requests in one call.`));
      if (open >= limits.atOnce) return reject(failure('LIMIT', `More than ${limits.atOnce} requests at once.`));
      const body = stringify(args);
      if (body.length > limits.hostCallChars)
        return reject(failure('LIMIT', `${name} was given more than ${limits.hostCallChars} characters.`));
      hostCalls += 1;
      open += 1;
      pending[hostCalls] = { __proto__: null, resolve, reject };
      out('host-call', hostCalls, name, body);
    });
  const answer = (n, ok, body) => {
    const waiting = pending[n];
    if (!waiting || closed) return;
    delete pending[n];
    open -= 1;
    const value = parse(body);
    if (ok) waiting.resolve(value);
    else waiting.reject(failure(value.code, value.message));
  };

  const logger = (level) => (message, fields) => {
    if (closed || logs >= limits.logs) return;
    logs += 1;
    const body = stringify({ __proto__: null, message: slice(text(message), 0, 2000), fields });
    out(
      'log',
      0,
      level,
      body.length > 8000 ? stringify({ __proto__: null, message: slice(text(message), 0, 2000) }) : body,
    );
  };

  const makeCtx = (head) => {
    const through =
      (name) =>
      (...args) =>
        hostCall(name, args);
    const ctx = {
      __proto__: null,
      provider: head.provider,
      settings: freeze(head.settings),
      now: () => now,
      random,
      log: freeze({ debug: logger('debug'), info: logger('info'), warn: logger('warn'), error: logger('error') }),
    };
    // One function for each host function there is: `emit`, or a member of its group, `kv.get`.
    for (let i = 0; i < capabilities.length; i++) {
      const { name, group, member } = capabilities[i];
      if (group === '') ctx[member] = through(name);
      else {
        ctx[group] ??= { __proto__: null };
        ctx[group][member] = through(name);
      }
    }
    for (let i = 0; i < groups.length; i++) freeze(ctx[groups[i]]);
    if (ctx.fetch)
      ctx.fetch = async (...args) => {
        const reply = await hostCall('fetch', args);
        reply.ok = reply.status >= 200 && reply.status < 300;
        reply.json = () => parse(reply.body);
        return freeze(reply);
      };
    return freeze(ctx);
  };

  const handlerOf = (head) => {
    const plugin = G.__rapportPlugin;
    if (plugin.failed) throw plugin.failed.error;
    const handlers = plugin.default;
    const found = handlers?.[head.handler];
    if (typeof found === 'function') return found;
    const keyed = found?.[head.key];
    if (typeof keyed === 'function') return keyed;
    throw failure('PLUGIN_ERROR', `The plugin has no handler ${head.handler} for "${head.key}".`);
  };

  const describe = (error) => {
    try {
      if (error !== null && (typeof error === 'object' || typeof error === 'function')) {
        const message = error.message;
        return typeof message === 'string' && message
          ? slice(message, 0, 500)
          : 'It threw an object without a message.';
      }
      return slice(`It threw ${text(error)}`, 0, 500);
    } catch {
      return 'It threw something that cannot be read.';
    }
  };
  const kinds = { __proto__: null, DENIED: 'denied', LIMIT: 'limit' };

  // The one way out: whatever happens becomes a kind and a text.
  const finish = (kind, body) => {
    if (closed) return;
    closed = true;
    pending = create(null);
    out('done', 0, kind, body);
  };
  const start = async (headText, inputText) => {
    const head = parse(headText);
    now = head.at;
    limits = head.limits;
    seed(head.seed);
    closed = false;
    try {
      const input = parse(inputText);
      const value = await handlerOf(head)(head.argument ? input[head.argument] : input, makeCtx(head));
      let body;
      try {
        body = stringify(value);
      } catch (error) {
        return finish('invalid_result', describe(error));
      }
      if (body === undefined) finish('ok', 'null');
      else if (body.length > limits.resultChars)
        finish('result_too_large', `The result has more than ${limits.resultChars} characters.`);
      else finish('ok', body);
    } catch (error) {
      let kind;
      try {
        kind = kinds[markOf(failures, error)];
      } catch {}
      finish(kind || 'plugin_error', describe(error));
    }
  };

  return (kind, a, b, c) => {
    if (kind === 'start') start(a, b);
    else answer(a, b, c);
  };
};
