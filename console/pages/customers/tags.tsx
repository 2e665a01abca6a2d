// A customer's tags: added and removed at once, and put back when the server refuses.
import { changeTags } from '@rapport/sdk/routes';
import type { Customer } from '@rapport/sdk/schemas';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call, queries } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { tellTrouble } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';

export const Tags = ({ customer }: { customer: Customer }) => {
  const { t } = useWords();
  const may = useMay();
  const [tags, setTags] = useState(customer.tags);
  const [text, setText] = useState('');
  const change = useMutation({
    mutationFn: (body: { add?: string[]; remove?: string[] }) =>
      call(changeTags, { params: { id: customer.id }, body }),
    onMutate: ({ add = [], remove = [] }) => {
      const before = tags;
      setTags([...tags.filter((tag) => !remove.includes(tag) && !add.includes(tag)), ...add]);
      return before;
    },
    onSuccess: (reply) => {
      setTags(reply.tags);
      void queries.invalidateQueries({ queryKey: ['customers', customer.id] });
    },
    onError: (error, _body, before) => {
      if (before) setTags(before);
      tellTrouble(error);
    },
  });
  const add = () => {
    const tag = text.trim();
    setText('');
    if (tag !== '' && !tags.includes(tag)) change.mutate({ add: [tag] });
  };
  const mayWrite = may('customers:write');
  return (
    <div className="tags">
      {tags.map((tag) => (
        <span key={tag} className="tag">
          {tag}
          {mayWrite && (
            <button
              type="button"
              className="tag-x"
              aria-label={`${t('do.remove')}: ${tag}`}
              onClick={() => change.mutate({ remove: [tag] })}
            >
              ×
            </button>
          )}
        </span>
      ))}
      {mayWrite && (
        <input
          className="tag-add"
          aria-label={t('customers.addTag')}
          placeholder={`+ ${t('customers.addTag')}`}
          value={text}
          maxLength={64}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Enter' && add()}
          onBlur={add}
        />
      )}
    </div>
  );
};
