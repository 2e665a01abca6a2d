// What every row of the editor needs, given once: the vocabulary, the language, the problems, and how to change the tree.
// The object stays the same between edits, so a row is drawn again only when its own node changed.
import { createContext, useContext } from 'react';
import type { Vocabulary } from '../api/vocabulary-words.ts';
import type { Language } from '../words/words.ts';
import type { GroupNode, Node } from './tree.ts';

export type RuleContext = 'customer' | 'cart' | 'event';

export type Editor = {
  vocabulary: Vocabulary;
  context: RuleContext;
  language: Language;
  /** Of money in rules, which is in minor units. */
  currency: string;
  readOnly: boolean;
  edit: (change: (root: GroupNode) => GroupNode) => void;
  replace: (id: string, change: (node: Node) => Node | Node[] | undefined) => void;
};

const EditorContext = createContext<Editor | undefined>(undefined);
export const EditorProvider = EditorContext.Provider;

export const useEditor = (): Editor => {
  const editor = useContext(EditorContext);
  if (!editor) throw new Error('A row of the editor stands outside of it.');
  return editor;
};

/** Problems by node; apart from the editor, because they change with every answer of the server. */
export const ProblemsContext = createContext<ReadonlyMap<string, string[]>>(new Map());
