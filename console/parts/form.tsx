// Forms: which field a problem points at, whether there are unsaved changes, and asking before a step that cannot be undone.
import { Button, Group, Modal, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { ApiError } from '../api/client.ts';
import { useWords } from '../words/words.ts';

/** The problem's sentence where its pointer is this field (`/name`, or below it). */
export const fieldError = (error: unknown, pointer: string): string | undefined =>
  error instanceof ApiError && (error.pointer === pointer || error.pointer?.startsWith(`${pointer}/`))
    ? error.message
    : undefined;

/** Shows the problem at its field if one of these is at fault; the rest belongs into <Trouble>. */
export const unplaced = (error: unknown, pointers: string[]): unknown =>
  error && pointers.some((pointer) => fieldError(error, pointer)) ? undefined : error;

export const UnsavedGuard = ({ dirty }: { dirty: boolean }) => {
  const { t } = useWords();
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname,
    enableBeforeUnload: () => dirty,
    withResolver: true,
  });
  if (blocker.status !== 'blocked') return null;
  return (
    <Modal opened onClose={blocker.reset} title={t('say.unsaved')} closeButtonProps={{ 'aria-label': t('do.close') }}>
      <Text size="sm">{t('say.unsavedText')}</Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={blocker.proceed}>
          {t('do.leave')}
        </Button>
        <Button data-autofocus onClick={blocker.reset}>
          {t('do.stay')}
        </Button>
      </Group>
    </Modal>
  );
};

type Question = { title: string; text: ReactNode; confirm: string; danger?: boolean; act: () => void };

/** `const { ask, dialog } = useConfirm()`: `ask({ … })` opens the dialog, which the page renders once. */
export const useConfirm = () => {
  const { t } = useWords();
  const [question, setQuestion] = useState<Question>();
  const close = () => setQuestion(undefined);
  const dialog = question ? (
    <Modal opened onClose={close} title={question.title} closeButtonProps={{ 'aria-label': t('do.close') }}>
      <Text size="sm" component="div">
        {question.text}
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={close} data-autofocus>
          {t('do.cancel')}
        </Button>
        <Button
          color={question.danger ? 'red.9' : undefined}
          onClick={() => {
            close();
            question.act();
          }}
        >
          {question.confirm}
        </Button>
      </Group>
    </Modal>
  ) : null;
  return { ask: setQuestion, dialog };
};
