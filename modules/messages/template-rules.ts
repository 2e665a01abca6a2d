// What a template may contain: known helpers, known blocks, escaped output. Everything else is refused when it is saved.
import Handlebars from 'handlebars';

/**
 * In this order of arguments: `{{default value fallback}}`, `{{date time}}`, `{{money minorUnits
 * currency}}`, `{{url address}}`. A value that cannot be shown becomes empty text; an address that is
 * neither http(s) nor mailto becomes `#`.
 */
export const templateHelpers = ['default', 'upper', 'lower', 'date', 'money', 'url'] as const;
const blocks = ['if', 'unless', 'each', 'with'];

type Node = { type: string; [member: string]: unknown };

/** The first fault in words, or undefined. */
export const findTemplateFault = (source: string): string | undefined => {
  try {
    return visit(Handlebars.parse(source) as unknown as Node);
  } catch (error) {
    return (error as Error).message.split('\n').slice(0, 3).join(' ').slice(0, 500);
  }
};

const visit = (node: unknown): string | undefined => {
  if (Array.isArray(node)) return firstFault(node);
  if (node === null || typeof node !== 'object') return undefined;
  const here = faultOf(node as Node);
  if (here) return here;
  return firstFault(
    Object.entries(node as Node)
      .filter(([member]) => member !== 'loc' && member !== 'path')
      .map(([, value]) => value),
  );
};

const firstFault = (nodes: unknown[]): string | undefined => {
  for (const node of nodes) {
    const fault = visit(node);
    if (fault) return fault;
  }
  return undefined;
};

const faultOf = (node: Node): string | undefined => {
  const name = (node.path as { original?: string } | undefined)?.original ?? '';
  switch (node.type) {
    case 'MustacheStatement':
      if (node.escaped === false) return `{{{${name}}}} would print unescaped data; use {{${name}}}`;
      return hasArguments(node) && !isHelper(name) ? `there is no helper "${name}"` : undefined;
    case 'SubExpression':
      return isHelper(name) ? undefined : `there is no helper "${name}"`;
    case 'BlockStatement':
      return blocks.includes(name) ? undefined : `there is no block "${name}"`;
    case 'PartialStatement':
    case 'PartialBlockStatement':
      return 'partials are not available';
    case 'Decorator':
    case 'DecoratorBlock':
      return 'decorators are not available';
    default:
      return undefined;
  }
};

const isHelper = (name: string): boolean => (templateHelpers as readonly string[]).includes(name);
const hasArguments = (node: Node): boolean => (node.params as unknown[]).length > 0;
