// Finds the route of a path in as many steps as the path has segments, however many routes there are. Fixed segments win over
// parameters: `/customers/upsert` is not a customer called "upsert". `*name` at the end takes the rest of the path.

export type Match<T> = { found: T; params: Record<string, string> };

export type Router<T> = {
  add: (method: string, path: string, value: T) => void;
  /** HEAD is answered by GET. Undefined when nothing is there, or what is there has another method. */
  match: (method: string, path: string) => Match<T> | undefined;
  /** The methods a path knows; none when there is no such path. */
  methodsOf: (path: string) => string[];
};

type Leaf<T> = { names: string[]; value: T };
type Node<T> = { fixed: Map<string, Node<T>>; parameter?: Node<T>; rest?: Node<T>; leaves: Map<string, Leaf<T>> };

export const createRouter = <T>(): Router<T> => {
  const root = newNode<T>();
  return {
    add: (method, path, value) => {
      const names: string[] = [];
      let node = root;
      for (const segment of segmentsOf(path)) {
        if (segment.startsWith(':') || segment.startsWith('*')) names.push(segment.slice(1));
        node = childFor(node, segment);
      }
      if (node.leaves.has(method)) throw new Error(`Two routes are ${method} ${path}.`);
      node.leaves.set(method, { names, value });
    },
    match: (method, path) => {
      const wanted = method === 'HEAD' ? 'GET' : method;
      const values: string[] = [];
      const node = walk(root, segmentsOf(path), 0, values, (at) => at.leaves.has(wanted));
      const leaf = node?.leaves.get(wanted);
      if (!leaf) return undefined;
      const params: Record<string, string> = {};
      for (const [i, name] of leaf.names.entries()) params[name] = decode(values[i]!);
      return { found: leaf.value, params };
    },
    methodsOf: (path) => {
      const methods = new Set<string>();
      walk(root, segmentsOf(path), 0, [], (at) => {
        for (const method of at.leaves.keys()) methods.add(method);
        return false;
      });
      return [...(methods.has('GET') ? ['HEAD'] : []), ...methods];
    },
  };
};

const newNode = <T>(): Node<T> => ({ fixed: new Map(), leaves: new Map() });

// A slash at the end is forgiven.
const segmentsOf = (path: string): string[] => {
  const segments = path.split('/');
  if (segments.length > 2 && segments.at(-1) === '') segments.pop();
  return segments.slice(1);
};

const childFor = <T>(node: Node<T>, segment: string): Node<T> => {
  if (segment.startsWith(':')) {
    node.parameter ??= newNode();
    return node.parameter;
  }
  if (segment.startsWith('*')) {
    node.rest ??= newNode();
    return node.rest;
  }
  const known = node.fixed.get(segment) ?? newNode<T>();
  node.fixed.set(segment, known);
  return known;
};

/** The first node for these segments that `accepts`; `values` then holds what its parameters took. */
const walk = <T>(
  node: Node<T>,
  segments: string[],
  at: number,
  values: string[],
  accepts: (node: Node<T>) => boolean,
): Node<T> | undefined => {
  if (at === segments.length) return accepts(node) ? node : undefined;
  const segment = segments[at]!;
  const fixed = node.fixed.get(segment);
  const byName = fixed && walk(fixed, segments, at + 1, values, accepts);
  if (byName) return byName;
  const taken = values.length;
  if (node.parameter && segment !== '') {
    values.push(segment);
    const byValue = walk(node.parameter, segments, at + 1, values, accepts);
    if (byValue) return byValue;
    values.length = taken;
  }
  if (!node.rest || !accepts(node.rest)) return undefined;
  values.push(segments.slice(at).join('/'));
  return node.rest;
};

// A broken percent sign stays as it came: the schema decides whether it is one.
const decode = (text: string): string => {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
