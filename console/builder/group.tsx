// A group of conditions: all or any of them, perhaps negated, with what can be added to it.
import { IconFolderPlus, IconPlus, IconX } from '@tabler/icons-react';
import { memo, use } from 'react';
import { useWords } from '../words/words.ts';
import { ProblemsContext, useEditor } from './editor.tsx';
import { FactRow } from './fact-row.tsx';
import { NotToggle } from './not-toggle.tsx';
import { RowActions } from './row-actions.tsx';
import { append, type GroupNode, type NamedNode, newFact, newGroup, newNamed } from './tree.ts';

export const Group = memo(({ node, root = false }: { node: GroupNode; root?: boolean }) => {
  const { t } = useWords();
  const { edit, replace, readOnly } = useEditor();
  const problems = use(ProblemsContext).get(node.id);
  const negated = node.nots.length > 0;
  return (
    // biome-ignore lint/a11y/useSemanticElements: groups nest, and a fieldset's legend would be read before every field
    <div
      className="group"
      data-root={root || undefined}
      data-node={root ? undefined : node.id}
      role="group"
      aria-label={t(`builder.${node.mode}`)}
    >
      <div className="group-head">
        <NotToggle node={node} />
        <select
          className="pick mode"
          aria-label={t('builder.mode')}
          value={node.mode}
          disabled={readOnly}
          onChange={(event) => {
            const mode = event.currentTarget.value as 'all' | 'any';
            replace(node.id, (group) => (group.kind === 'group' ? { ...group, mode } : group));
          }}
        >
          <option value="all">{t('builder.all')}</option>
          <option value="any">{t('builder.any')}</option>
        </select>
        <span className="small dim">{t(negated ? 'builder.groupNot' : 'builder.groupIs')}</span>
        {!root && <RowActions id={node.id} group />}
      </div>
      <div className="group-rows">
        {node.children.map((child, index) => (
          <div key={child.id} className="group-row">
            {index > 0 && <span className="joint small">{t(node.mode === 'all' ? 'builder.and' : 'builder.or')}</span>}
            {child.kind === 'group' ? (
              <Group node={child} />
            ) : child.kind === 'fact' ? (
              <FactRow node={child} />
            ) : (
              <NamedRow node={child} />
            )}
          </div>
        ))}
        {node.children.length === 0 && (
          <p className="small dim group-empty">{t(root ? 'builder.everyone' : 'builder.empty')}</p>
        )}
        {problems?.map((problem) => (
          <p key={problem} className="row-problem" role="alert">
            {problem}
          </p>
        ))}
      </div>
      {!readOnly && (
        <div className="group-add">
          <button type="button" className="ghost" onClick={() => edit((tree) => append(tree, node.id, newFact()))}>
            <IconPlus size={14} aria-hidden="true" /> {t('builder.addCondition')}
          </button>
          <button
            type="button"
            className="ghost"
            onClick={() =>
              edit((tree) => append(tree, node.id, newGroup([newFact()], node.mode === 'all' ? 'any' : 'all')))
            }
          >
            <IconFolderPlus size={14} aria-hidden="true" /> {t('builder.addGroup')}
          </button>
          <AddNamed groupId={node.id} />
        </div>
      )}
    </div>
  );
});

const AddNamed = ({ groupId }: { groupId: string }) => {
  const { t } = useWords();
  const { edit, vocabulary } = useEditor();
  if (vocabulary.reply.conditions.length === 0) return null;
  return (
    <select
      className="pick"
      aria-label={t('builder.addNamed')}
      value=""
      onChange={(event) => {
        const name = event.currentTarget.value;
        edit((tree) => append(tree, groupId, newNamed(name)));
      }}
    >
      <option value="">{t('builder.addNamed')}</option>
      {vocabulary.reply.conditions.map((name) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
};

const NamedRow = ({ node }: { node: NamedNode }) => {
  const { t } = useWords();
  const { readOnly, replace } = useEditor();
  const problems = use(ProblemsContext).get(node.id);
  return (
    <div className="row" data-node={node.id}>
      <NotToggle node={node} />
      <span className="fact-name">{t('builder.named', { name: node.condition })}</span>
      {!readOnly && (
        <button
          type="button"
          className="icon"
          aria-label={t('do.remove')}
          onClick={() => replace(node.id, () => undefined)}
        >
          <IconX size={15} aria-hidden="true" />
        </button>
      )}
      {problems?.map((problem) => (
        <p key={problem} className="row-problem" role="alert">
          {problem}
        </p>
      ))}
    </div>
  );
};
