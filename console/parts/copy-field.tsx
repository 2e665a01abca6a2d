// A value to take away: read only, with a button that copies it.
import { ActionIcon, CopyButton, TextInput } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useWords } from '../words/words.ts';

export const CopyField = ({ label, value }: { label: string; value: string }) => {
  const { t } = useWords();
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <TextInput
          label={label}
          readOnly
          value={value}
          className="copy-field"
          onFocus={(event) => event.currentTarget.select()}
          rightSection={
            <ActionIcon onClick={copy} aria-label={`${t(copied ? 'do.copied' : 'do.copy')}: ${label}`}>
              {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            </ActionIcon>
          }
        />
      )}
    </CopyButton>
  );
};
