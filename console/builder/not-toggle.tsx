// The button that turns a condition or a group into its opposite.
import { useWords } from '../words/words.ts';
import { useEditor } from './editor.tsx';
import { type GroupNode, type NamedNode, toggleNot } from './tree.ts';

export const NotToggle = ({ node }: { node: GroupNode | NamedNode | { id: string; nots: unknown[] } }) => {
  const { t } = useWords();
  const { replace, readOnly } = useEditor();
  const negated = node.nots.length > 0;
  if (readOnly && !negated) return null;
  return (
    <button
      type="button"
      className="not"
      aria-pressed={negated}
      disabled={readOnly}
      title={t('builder.notHint')}
      onClick={() => replace(node.id, toggleNot)}
    >
      {t('builder.not')}
    </button>
  );
};
