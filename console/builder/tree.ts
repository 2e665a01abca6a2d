// The conditions of a rule as a tree to edit: every node has an identity, and what is not shown is kept, so that
// conditions → tree → conditions gives back the same JSON. Pure functions; it knows nothing of facts or React.
import type { Condition } from '@rapport/sdk/schemas';

type Kept = Record<string, unknown>;
/** `nots`: the negations around the node, outermost first, with whatever else their objects held. */
type Base = { id: string; nots: Kept[]; kept: Kept };
export type GroupNode = Base & { kind: 'group'; mode: 'all' | 'any'; children: Node[] };
export type FactNode = Base & { kind: 'fact'; fact: string; operator: string; value: unknown; params: Kept };
export type NamedNode = Base & { kind: 'named'; condition: string };
export type Node = GroupNode | FactNode | NamedNode;

const newId = (): string => Math.random().toString(36).slice(2, 10);

export const newGroup = (children: Node[] = [], mode: 'all' | 'any' = 'all'): GroupNode => ({
  id: newId(),
  nots: [],
  kept: {},
  kind: 'group',
  mode,
  children,
});

/** A condition still to be filled in: no fact yet. */
export const newFact = (): FactNode => ({
  id: newId(),
  nots: [],
  kept: {},
  kind: 'fact',
  fact: '',
  operator: '',
  value: undefined,
  params: {},
});

export const newNamed = (condition: string): NamedNode => ({
  id: newId(),
  nots: [],
  kept: {},
  kind: 'named',
  condition,
});

/** The root is always a group: a single condition stands in an `all`. */
export const toTree = (conditions: unknown): GroupNode => {
  const node = read(conditions as Record<string, unknown> | null);
  return node?.kind === 'group' ? node : newGroup(node ? [node] : []);
};

const read = (json: Record<string, unknown> | null | undefined): Node | undefined => {
  if (!json || typeof json !== 'object') return undefined;
  if ('not' in json) {
    const { not, ...kept } = json;
    const inner = read(not as Record<string, unknown>);
    return inner && { ...inner, nots: [kept, ...inner.nots] };
  }
  for (const mode of ['all', 'any'] as const) {
    const { [mode]: list, ...kept } = json;
    if (Array.isArray(list))
      return {
        ...newGroup(
          list.map((item) => read(item as Kept)).filter((node) => node !== undefined),
          mode,
        ),
        kept,
      };
  }
  if (typeof json.condition === 'string') {
    const { condition, ...kept } = json;
    return { ...newNamed(condition as string), kept };
  }
  const { fact, operator, value, params, ...kept } = json;
  return {
    ...newFact(),
    fact: String(fact ?? ''),
    operator: String(operator ?? ''),
    value,
    params: { ...(params as Kept | undefined) },
    kept,
  };
};

export const toConditions = (node: Node): Condition =>
  node.nots.reduceRight<Condition>((inner, kept) => ({ not: inner, ...kept }), bare(node));

const bare = (node: Node): Condition => {
  if (node.kind === 'named') return { condition: node.condition, ...node.kept };
  if (node.kind === 'fact') {
    const { fact, operator, value, params, kept } = node;
    return { fact, operator, value, ...(Object.keys(params).length > 0 && { params }), ...kept };
  }
  const children = node.children.map(toConditions);
  return node.mode === 'all' ? { all: children, ...node.kept } : { any: children, ...node.kept };
};

/** The node replaced by what `change` gives: another, several, or none. Untouched branches stay the same objects. */
export const update = (root: GroupNode, id: string, change: (node: Node) => Node | Node[] | undefined): GroupNode => {
  if (root.id === id) {
    const changed = change(root);
    return changed && !Array.isArray(changed) && changed.kind === 'group' ? changed : root;
  }
  return updateIn(root, id, change);
};

const updateIn = (group: GroupNode, id: string, change: (node: Node) => Node | Node[] | undefined): GroupNode => {
  let touched = false;
  const children = group.children.flatMap((child): Node[] => {
    if (child.id === id) {
      touched = true;
      const changed = change(child);
      return changed === undefined ? [] : Array.isArray(changed) ? changed : [changed];
    }
    if (child.kind !== 'group') return [child];
    const inner = updateIn(child, id, change);
    if (inner !== child) touched = true;
    return [inner];
  });
  return touched ? { ...group, children } : group;
};

export const find = (root: Node, id: string): Node | undefined => {
  if (root.id === id) return root;
  if (root.kind !== 'group') return undefined;
  for (const child of root.children) {
    const found = find(child, id);
    if (found) return found;
  }
  return undefined;
};

const parentOf = (root: GroupNode, id: string): GroupNode | undefined => {
  for (const child of root.children) {
    if (child.id === id) return root;
    const found = child.kind === 'group' ? parentOf(child, id) : undefined;
    if (found) return found;
  }
  return undefined;
};

export const toggleNot = <N extends Node>(node: N): N => ({
  ...node,
  nots: node.nots.length > 0 ? node.nots.slice(1) : [{}],
});

export const append = (root: GroupNode, groupId: string, node: Node): GroupNode =>
  update(root, groupId, (group) =>
    group.kind === 'group' ? { ...group, children: [...group.children, node] } : group,
  );

/** One place up or down as the eye reads it: into a group that lies there, out of its own at the edge. */
export const move = (root: GroupNode, id: string, step: -1 | 1): GroupNode => {
  const parent = parentOf(root, id);
  const node = find(root, id);
  if (!parent || !node) return root;
  const at = parent.children.findIndex((child) => child.id === id);
  const neighbour = parent.children[at + step];
  if (!neighbour) {
    if (parent.id === root.id) return root;
    const without = update(root, id, () => undefined);
    return update(without, parent.id, (group) => (step < 0 ? [node, group] : [group, node]));
  }
  if (neighbour.kind === 'group') {
    const without = update(root, id, () => undefined);
    return update(without, neighbour.id, (group) =>
      group.kind === 'group'
        ? { ...group, children: step > 0 ? [node, ...group.children] : [...group.children, node] }
        : group,
    );
  }
  return update(root, parent.id, (group) => {
    if (group.kind !== 'group') return group;
    const children = [...group.children];
    children[at] = neighbour;
    children[at + step] = node;
    return { ...group, children };
  });
};

export const isComplete = (node: Node): boolean =>
  node.kind === 'group'
    ? node.children.every(isComplete)
    : node.kind === 'named' || (node.fact !== '' && node.operator !== '' && node.value !== undefined);

/** Without the conditions still to be filled in, and how many those are; groups left empty by it go too. */
export const finished = (root: GroupNode): { tree: GroupNode; open: number } => {
  let open = 0;
  const prune = (group: GroupNode): GroupNode => ({
    ...group,
    children: group.children.flatMap((child): Node[] => {
      if (child.kind === 'group') {
        const inner = prune(child);
        return inner.children.length === 0 && child.children.length > 0 ? [] : [inner];
      }
      if (isComplete(child)) return [child];
      open++;
      return [];
    }),
  });
  return { tree: prune(root), open };
};

/** Which node a JSON pointer into the conditions means: the node itself or the nearest around it. */
export const nodeAt = (root: GroupNode, pointer: string): string => {
  const parts = pointer.split('/').slice(1);
  let node: Node = root;
  let nots = node.nots.length;
  for (const part of parts) {
    if (part === 'not' && nots > 0) nots--;
    else if (node.kind === 'group' && /^\d+$/.test(part)) {
      const child: Node | undefined = node.children[Number(part)];
      if (!child) break;
      node = child;
      nots = node.nots.length;
    }
  }
  return node.id;
};
