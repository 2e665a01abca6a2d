// What can be done with a row: up, down, into a group of its own (or out of one), away.
import { IconArrowDown, IconArrowUp, IconFolder, IconFolderOff, IconX } from '@tabler/icons-react';
import { useWords } from '../words/words.ts';
import { useEditor } from './editor.tsx';
import { move, newGroup } from './tree.ts';

export const RowActions = ({ id, group = false }: { id: string; group?: boolean }) => {
  const { t } = useWords();
  const { edit, replace, readOnly } = useEditor();
  if (readOnly) return null;
  const wrap = () =>
    replace(id, (node) =>
      group && node.kind === 'group' && node.nots.length === 0 ? node.children : newGroup([node]),
    );
  return (
    <span className="row-actions">
      <button
        type="button"
        className="icon"
        aria-label={t('builder.up')}
        title={t('builder.up')}
        onClick={() => edit((tree) => move(tree, id, -1))}
      >
        <IconArrowUp size={15} aria-hidden="true" />
      </button>
      <button
        type="button"
        className="icon"
        aria-label={t('builder.down')}
        title={t('builder.down')}
        onClick={() => edit((tree) => move(tree, id, 1))}
      >
        <IconArrowDown size={15} aria-hidden="true" />
      </button>
      <button
        type="button"
        className="icon"
        aria-label={t(group ? 'builder.ungroup' : 'builder.group')}
        title={t(group ? 'builder.ungroup' : 'builder.group')}
        onClick={wrap}
      >
        {group ? <IconFolderOff size={15} aria-hidden="true" /> : <IconFolder size={15} aria-hidden="true" />}
      </button>
      <button
        type="button"
        className="icon"
        aria-label={t('do.remove')}
        title={t('do.remove')}
        onClick={() => replace(id, () => undefined)}
      >
        <IconX size={15} aria-hidden="true" />
      </button>
    </span>
  );
};
