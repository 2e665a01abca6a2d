// Which variables a template reads, and the first that nothing will ever fill. Inside `each` and `with` names are members of
// whatever is walked through, so they are not judged.
import Handlebars from 'handlebars';

/** What templates see of their customer: members of `customer`. */
export const customerMembers = [
  'id',
  'externalId',
  'name',
  'firstName',
  'lastName',
  'company',
  'email',
  'phone',
  'city',
  'country',
  'level',
] as const;
export type CustomerMember = (typeof customerMembers)[number];

type Node = { type: string; original?: unknown; [member: string]: unknown };

const pathsIn = (node: unknown): string[] => {
  if (Array.isArray(node)) return node.flatMap(pathsIn);
  if (node === null || typeof node !== 'object') return [];
  const { type, path, params, hash, ...rest } = node as Node;
  if (type === 'PathExpression') return [String((node as Node).original)];
  const named = (path as Node | undefined)?.original;
  const given = [...pathsIn(params), ...pathsIn((hash as { pairs?: unknown } | undefined)?.pairs)];
  if (type === 'BlockStatement') return named === 'each' || named === 'with' ? given : [...given, ...bodiesOf(rest)];
  const isValue = type === 'MustacheStatement' && given.length === 0 && (params as unknown[]).length === 0;
  if (type === 'MustacheStatement' || type === 'SubExpression') return [...(isValue ? pathsIn(path) : []), ...given];
  return Object.entries(rest).flatMap(([member, value]) => (member === 'loc' ? [] : pathsIn(value)));
};

const bodiesOf = ({ program, inverse }: Record<string, unknown>): string[] => [
  ...pathsIn(program),
  ...pathsIn(inverse),
];

/** `known` are the names at the top beside `customer`; a message to no customer has no `customer`. */
export const findUnknownVariable = (
  source: string,
  known: readonly string[],
  withCustomer: boolean,
): string | undefined =>
  pathsIn(Handlebars.parse(source) as unknown).find((path) => {
    if (path.startsWith('@') || path === 'this') return false;
    const [top = '', member] = path.split(/[./]/);
    if (top !== 'customer') return !known.includes(top);
    return !withCustomer || (member !== undefined && !(customerMembers as readonly string[]).includes(member));
  });
