import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  append,
  find,
  finished,
  type GroupNode,
  isComplete,
  move,
  newFact,
  newGroup,
  nodeAt,
  toConditions,
  toggleNot,
  toTree,
  update,
} from './tree.ts';

const { condition } = fc.letrec((tie) => ({
  leaf: fc.record(
    {
      fact: fc.constantFrom('customer.city', 'orders', 'attribute.plan', 'segment.loyal'),
      operator: fc.constantFrom('equal', 'in', 'lessThan'),
      value: fc.oneof(
        fc.string(),
        fc.integer(),
        fc.constant(null),
        fc.array(fc.string()),
        fc.record({ fact: fc.string() }),
      ),
      params: fc.record({ within: fc.constantFrom('P30D', 'P90D'), measure: fc.constant('count') }),
      name: fc.string(),
      priority: fc.integer({ min: 1 }),
    },
    { requiredKeys: ['fact', 'operator', 'value'] },
  ),
  condition: fc.oneof(
    { maxDepth: 5 },
    tie('leaf'),
    fc.record({ all: fc.array(tie('condition'), { maxLength: 4 }), name: fc.string() }, { requiredKeys: ['all'] }),
    fc.record({ any: fc.array(tie('condition'), { maxLength: 4 }) }),
    fc.record({ not: tie('condition'), name: fc.string() }, { requiredKeys: ['not'] }),
    fc.record({ condition: fc.string() }),
  ),
}));
const group = fc.record({ all: fc.array(condition, { maxLength: 4 }) });

const cities = (...names: string[]): GroupNode =>
  toTree({ all: names.map((value) => ({ fact: 'customer.city', operator: 'equal', value })) });
const valuesOf = (tree: GroupNode): unknown[] =>
  tree.children.map((child) =>
    child.kind === 'group' ? valuesOf(child) : child.kind === 'fact' ? child.value : child.condition,
  );

test('conditions come back from the editor as they went in, names, negations and all', () => {
  fc.assert(
    fc.property(group, (json) => {
      expect(toConditions(toTree(json))).toEqual(json);
    }),
    { numRuns: 500 },
  );
});

test('a single condition is edited as a group of one', () => {
  expect(toConditions(toTree({ fact: 'customer.city', operator: 'equal', value: 'Oslo' }))).toEqual({
    all: [{ fact: 'customer.city', operator: 'equal', value: 'Oslo' }],
  });
});

test('moving passes through groups: down into the next one, up out of it again', () => {
  const tree = { ...cities('a', 'b'), children: [...cities('a').children, newGroup(cities('x', 'y').children)] };
  const a = tree.children[0]!.id;
  const inside = move(tree, a, 1);
  expect(valuesOf(inside)).toEqual([['a', 'x', 'y']]);
  expect(valuesOf(move(inside, a, -1))).toEqual(['a', ['x', 'y']]);
  expect(move(tree, a, -1)).toBe(tree);
});

test('moving never loses or doubles a condition', () => {
  fc.assert(
    fc.property(group, fc.nat(), fc.constantFrom<-1 | 1>(-1, 1), (json, pick, step) => {
      const tree = toTree(json);
      const all = idsOf(tree);
      const moved = move(tree, all[pick % all.length]!, step);
      expect(idsOf(moved).toSorted()).toEqual(all.toSorted());
    }),
  );
});

const idsOf = (node: GroupNode): string[] => [
  node.id,
  ...node.children.flatMap((child) => (child.kind === 'group' ? idsOf(child) : [child.id])),
];

test('a change leaves the other branches untouched, so that only the changed rows are drawn again', () => {
  const tree = { ...newGroup([newGroup(cities('a').children), newGroup(cities('b').children)]) };
  const [first, second] = tree.children as [GroupNode, GroupNode];
  const changed = update(tree, second.children[0]!.id, (node) => toggleNot(node));
  expect(changed.children[0]).toBe(first);
  expect(changed.children[1]).not.toBe(second);
  expect(toConditions(changed.children[1]!)).toEqual({
    all: [{ not: { fact: 'customer.city', operator: 'equal', value: 'b' } }],
  });
});

test('unfinished conditions are left out of the count and counted themselves', () => {
  const tree = append(cities('a'), '', newFact());
  const open = append(tree, tree.id, newFact());
  expect(isComplete(open)).toBe(false);
  expect(finished(open)).toMatchObject({ open: 1 });
  expect(valuesOf(finished(open).tree)).toEqual(['a']);
});

test("the server's pointer leads to the row it means, through negations and groups", () => {
  const tree = toTree({
    all: [
      { fact: 'customer.city', operator: 'equal', value: 'a' },
      { not: { any: [{ not: { fact: 'orders', operator: 'equal', value: 5 } }] } },
    ],
  });
  const id = nodeAt(tree, '/all/1/not/any/0/not/params/within');
  expect(find(tree, id)).toMatchObject({ kind: 'fact', fact: 'orders' });
  expect(nodeAt(tree, '')).toBe(tree.id);
  expect(find(tree, nodeAt(tree, '/all/0/value'))).toMatchObject({ value: 'a' });
  expect(nodeAt(tree, '/all/9')).toBe(tree.id);
});
