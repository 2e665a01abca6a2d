// The editor's steps on a tree of conditions, each by the JSON that is saved after it.
import { describe, expect, test } from 'vitest';
import {
  append,
  find,
  finished,
  type GroupNode,
  isComplete,
  move,
  type Node,
  newFact,
  newGroup,
  newNamed,
  nodeAt,
  toConditions,
  toggleNot,
  toTree,
  update,
} from './tree.ts';

const city = (value: string) => ({ fact: 'customer.city', operator: 'equal', value });
const childOf = (tree: GroupNode, ...path: number[]): Node =>
  path.reduce<Node>((node, at) => (node as GroupNode).children[at]!, tree);

describe('every shape of a condition comes back as it was', () => {
  test.each<[string, Record<string, unknown>]>([
    ['nobody filtered', { all: [] }],
    ['any of nothing', { any: [] }],
    ['a named condition', { all: [{ condition: 'vip' }] }],
    ['a negated named condition', { all: [{ not: { condition: 'vip' } }] }],
    ['a negation of a negation', { all: [{ not: { not: city('Oslo') } }] }],
    ['a negated root', { not: { any: [city('Oslo'), city('Bergen')] } }],
    ['a comparison with null', { any: [{ fact: 'customer.email', operator: 'notEqual', value: null }] }],
    ['another fact', { all: [{ fact: 'cart.total', operator: 'greaterThan', value: { fact: 'orders.average' } }] }],
    ['a list', { all: [{ fact: 'customer.country', operator: 'in', value: ['DE', 'AT', 'CH'] }] }],
    ['false, zero and empty text', { all: [false, 0, ''].map((value) => ({ ...city(''), value })) }],
    [
      'an aggregate with its params',
      {
        all: [
          {
            fact: 'orders',
            operator: 'greaterThanInclusive',
            value: 3,
            params: { measure: 'count', within: { from: '2026-01-01', to: '2026-04-01' }, skus: ['POT-1'] },
          },
        ],
      },
    ],
    ['names and priorities', { name: 'Who', all: [{ ...city('Oslo'), name: 'Here', priority: 5 }] }],
    ['members of later versions', { all: [{ ...city('Oslo'), weight: 0.5 }], note: { by: 'Ada' } }],
    ['five levels', { all: [{ any: [{ all: [{ any: [{ not: { all: [city('Łódź')] } }] }] }] }] }],
  ])('%s', (_, json) => {
    expect(toConditions(toTree(json))).toEqual(json);
  });

  test('no conditions at all are a group that is empty', () => {
    for (const nothing of [null, undefined, {}, 'text'].slice(0, 2)) {
      expect(toConditions(toTree(nothing))).toEqual({ all: [] });
    }
  });

  test('a named or negated condition alone stands in a group of one', () => {
    expect(toConditions(toTree({ condition: 'vip' }))).toEqual({ all: [{ condition: 'vip' }] });
    expect(toConditions(toTree({ not: city('Oslo') }))).toEqual({ all: [{ not: city('Oslo') }] });
  });

  test('every node has an identity of its own, also where two conditions are the same', () => {
    const tree = toTree({ all: [city('Oslo'), city('Oslo'), { any: [city('Oslo')] }] });
    const ids = [tree, childOf(tree, 0), childOf(tree, 1), childOf(tree, 2), childOf(tree, 2, 0)].map(({ id }) => id);
    expect(new Set(ids).size).toBe(5);
  });
});

describe('adding and removing', () => {
  const tree = toTree({ all: [city('Oslo'), { any: [city('Bergen')] }] });

  test('a condition is added at the end of the group that was asked for, and nowhere else', () => {
    const named = newNamed('vip');
    expect(toConditions(append(tree, tree.id, named))).toEqual({
      all: [city('Oslo'), { any: [city('Bergen')] }, { condition: 'vip' }],
    });
    expect(toConditions(append(tree, childOf(tree, 1).id, named))).toEqual({
      all: [city('Oslo'), { any: [city('Bergen'), { condition: 'vip' }] }],
    });
  });

  test('what is no group, or not there, takes nothing in', () => {
    expect(toConditions(append(tree, childOf(tree, 0).id, newNamed('vip')))).toEqual(toConditions(tree));
    expect(append(tree, 'gone', newNamed('vip'))).toBe(tree);
  });

  test('a row or a whole group is removed; the root stays', () => {
    expect(toConditions(update(tree, childOf(tree, 0).id, () => undefined))).toEqual({
      all: [{ any: [city('Bergen')] }],
    });
    expect(toConditions(update(tree, childOf(tree, 1).id, () => undefined))).toEqual({ all: [city('Oslo')] });
    expect(update(tree, tree.id, () => undefined)).toBe(tree);
    expect(update(tree, tree.id, () => newNamed('vip'))).toBe(tree);
  });

  test('a node gives way to several, in its place', () => {
    const group = childOf(tree, 1) as GroupNode;
    expect(toConditions(update(tree, group.id, () => [newNamed('a'), newNamed('b'), ...group.children]))).toEqual({
      all: [city('Oslo'), { condition: 'a' }, { condition: 'b' }, city('Bergen')],
    });
  });

  test('what is found is the node itself', () => {
    expect(find(tree, childOf(tree, 1, 0).id)).toBe(childOf(tree, 1, 0));
    expect(find(tree, tree.id)).toBe(tree);
    expect(find(tree, 'gone')).toBeUndefined();
  });
});

describe('negating', () => {
  test('a group and a row are negated, and once more they are as before', () => {
    const tree = toTree({ any: [city('Oslo')] });
    const negated = update(tree, tree.id, toggleNot);
    expect(toConditions(negated)).toEqual({ not: { any: [city('Oslo')] } });
    expect(toConditions(update(negated, tree.id, toggleNot))).toEqual({ any: [city('Oslo')] });
  });

  test('of two negations the outer one goes, with what it was called', () => {
    const tree = toTree({ all: [{ name: 'outer', not: { name: 'inner', not: city('Oslo') } }] });
    expect(toConditions(update(tree, childOf(tree, 0).id, toggleNot))).toEqual({
      all: [{ name: 'inner', not: city('Oslo') }],
    });
  });
});

describe('moving', () => {
  const json = { all: [city('a'), city('b'), { any: [city('x'), city('y')] }, city('c')] };
  const moved = (path: number[], step: -1 | 1) => {
    const tree = toTree(json);
    return toConditions(move(tree, childOf(tree, ...path).id, step));
  };

  test.each<[string, number[], -1 | 1, unknown]>([
    ['down past a row', [0], 1, { all: [city('b'), city('a'), json.all[2], city('c')] }],
    ['up past a row', [1], -1, { all: [city('b'), city('a'), json.all[2], city('c')] }],
    ['down into a group', [1], 1, { all: [city('a'), { any: [city('b'), city('x'), city('y')] }, city('c')] }],
    ['up into a group', [3], -1, { all: [city('a'), city('b'), { any: [city('x'), city('y'), city('c')] }] }],
    ['up out of a group', [2, 0], -1, { all: [city('a'), city('b'), city('x'), { any: [city('y')] }, city('c')] }],
    ['down out of a group', [2, 1], 1, { all: [city('a'), city('b'), { any: [city('x')] }, city('y'), city('c')] }],
    ['within a group', [2, 0], 1, { all: [city('a'), city('b'), { any: [city('y'), city('x')] }, city('c')] }],
    ['a whole group', [2], 1, { all: [city('a'), city('b'), city('c'), json.all[2]] }],
    ['up from the first place', [0], -1, json],
    ['down from the last place', [3], 1, json],
  ])('%s', (_, path, step, expected) => {
    expect(moved(path, step)).toEqual(expected);
  });

  test('the root, and what is not there, stay where they are', () => {
    const tree = toTree(json);
    expect(move(tree, tree.id, 1)).toBe(tree);
    expect(move(tree, 'gone', -1)).toBe(tree);
  });
});

describe('what is not finished', () => {
  const filled = (members: object): Node => ({ ...newFact(), fact: 'customer.city', operator: 'equal', ...members });

  test.each<[string, Node, boolean]>([
    ['no fact', newFact(), false],
    ['no value', filled({}), false],
    ['no operator', filled({ operator: '', value: 'Oslo' }), false],
    ['a value', filled({ value: 'Oslo' }), true],
    ['zero', filled({ value: 0 }), true],
    ['false', filled({ value: false }), true],
    ['null, which asks whether it is known', filled({ value: null }), true],
    ['a named condition', newNamed('vip'), true],
    ['an empty group', newGroup(), true],
    ['a group with one unfinished row', newGroup([filled({ value: 1 }), newFact()]), false],
  ])('%s: finished is %3$s', (_, node, expected) => {
    expect(isComplete(node)).toBe(expected);
  });

  test('a group emptied by what is left out goes too; one that was empty before stays', () => {
    const tree = newGroup([newGroup([newFact(), newGroup([newFact()])]), newGroup(), filled({ value: 'Oslo' })]);
    const { tree: whole, open } = finished(tree);
    expect(open).toBe(2);
    expect(toConditions(whole)).toEqual({ all: [{ all: [] }, city('Oslo')] });
  });
});

describe("the server's pointers", () => {
  const tree = toTree({
    all: [city('a'), { any: [city('b'), { not: { not: { all: [city('c')] } } }] }, { condition: 'vip' }],
  });
  test.each<[string, number[]]>([
    ['', []],
    ['/all', []],
    ['/all/0', [0]],
    ['/all/0/params/within/from', [0]],
    ['/all/1', [1]],
    ['/all/1/any/0/operator', [1, 0]],
    ['/all/1/any/1/not', [1, 1]],
    ['/all/1/any/1/not/not/all/0/value', [1, 1, 0]],
    ['/all/2/condition', [2]],
    ['/all/7', []],
    ['/all/1/any/9/value', [1]],
  ])('%s leads to the row at %j', (pointer, path) => {
    expect(nodeAt(tree, pointer)).toBe(childOf(tree, ...path).id);
  });
});
