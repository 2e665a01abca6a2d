// The people who may sign in: their roles, who is suspended, and inviting somebody.
import { Button, Group, Modal, NativeSelect, TextInput } from '@mantine/core';
import { changeUser, invite, listRoles, listUsers } from '@rapport/sdk/routes';
import type { RoleName, User } from '@rapport/sdk/schemas';
import { IconUserPlus } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { call, queries } from '../../api/client.ts';
import { useMay, useMe } from '../../api/session.ts';
import { CopyField } from '../../parts/copy-field.tsx';
import { fieldError, unplaced } from '../../parts/form.tsx';
import { Avatar, Panel, Tag } from '../../parts/page.tsx';
import { Table } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';
import { Loaded, Trouble, tellTrouble } from '../../parts/trouble.tsx';
import { useWords, wordsFor } from '../../words/words.ts';

export const Users = () => {
  const { t } = useWords();
  const may = useMay();
  const me = useMe();
  const [inviting, setInviting] = useState(false);
  const users = useInfiniteQuery({
    queryKey: ['users', 'list'],
    queryFn: ({ pageParam, signal }) =>
      call(listUsers, { query: { limit: 100, ...(pageParam && { cursor: pageParam }) }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  });
  const change = useMutation({
    mutationFn: ({ id, ...body }: { id: string; role?: RoleName; status?: 'active' | 'suspended' }) =>
      call(changeUser, { params: { id }, body }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['users'] }),
    onError: tellTrouble,
  });
  const roles = useRoles();
  const editable = (user: User) => may('users:write') && user.id !== me.user.id;
  return (
    <div className="grid">
      {inviting && <Invite onClose={() => setInviting(false)} />}
      <Panel
        title={t('settings.users')}
        bare
        actions={
          may('users:write') && (
            <Button size="xs" leftSection={<IconUserPlus size={15} />} onClick={() => setInviting(true)}>
              {t('settings.invite')}
            </Button>
          )
        }
      >
        <Loaded query={users}>
          {({ pages }) => (
            <Table
              label={t('settings.users')}
              rows={pages.flatMap(({ data }) => data)}
              keyOf={({ id }) => id}
              more={{
                has: users.hasNextPage,
                loading: users.isFetchingNextPage,
                load: () => void users.fetchNextPage(),
              }}
              columns={[
                {
                  key: 'name',
                  title: t('rule.name'),
                  cell: (user) => (
                    <div className="who">
                      <Avatar name={user.name || user.email} />
                      <div className="two-lines">
                        <strong>{user.name || user.email}</strong>
                        <span className="small dim ellipsis">{user.email}</span>
                      </div>
                    </div>
                  ),
                },
                {
                  key: 'role',
                  title: t('settings.role'),
                  cell: (user) =>
                    editable(user) ? (
                      <NativeSelect
                        size="xs"
                        aria-label={`${t('settings.role')}: ${user.email}`}
                        value={user.role}
                        onChange={(event) =>
                          change.mutate({ id: user.id, role: event.currentTarget.value as RoleName })
                        }
                        data={roles.map((role) => ({ value: role, label: wordsFor(t, `roles.${role}`, role) }))}
                      />
                    ) : (
                      wordsFor(t, `roles.${user.role}`, user.role)
                    ),
                },
                {
                  key: 'status',
                  title: t('rule.status'),
                  cell: ({ status }) => (
                    <Tag tone={status === 'active' ? 'good' : status === 'invited' ? 'info' : 'warn'}>
                      {t(`settings.states.${status as 'active'}`)}
                    </Tag>
                  ),
                },
                {
                  key: 'totp',
                  title: t('settings.totp'),
                  show: 'wide',
                  cell: ({ totpEnabled }) => t(totpEnabled ? 'say.yes' : 'say.no'),
                },
                {
                  key: 'seen',
                  title: t('settings.lastLogin'),
                  show: 'extra',
                  cell: ({ lastLoginAt }) => <Ago at={lastLoginAt} />,
                },
                {
                  key: 'act',
                  title: t('do.actions'),
                  quiet: true,
                  end: true,
                  cell: (user) =>
                    editable(user) &&
                    user.status !== 'invited' && (
                      <Button
                        size="compact-xs"
                        variant="default"
                        aria-label={`${t(user.status === 'active' ? 'settings.suspend' : 'settings.restore')}: ${user.email}`}
                        onClick={() =>
                          change.mutate({ id: user.id, status: user.status === 'active' ? 'suspended' : 'active' })
                        }
                      >
                        {t(user.status === 'active' ? 'settings.suspend' : 'settings.restore')}
                      </Button>
                    ),
                },
              ]}
            />
          )}
        </Loaded>
      </Panel>
    </div>
  );
};

const useRoles = (): RoleName[] => {
  const { data } = useQuery({
    queryKey: ['roles'],
    queryFn: ({ signal }) => call(listRoles, { signal }),
    staleTime: 600_000,
  });
  return data?.data.map(({ name }) => name) ?? [];
};

const Invite = ({ onClose }: { onClose: () => void }) => {
  const { t } = useWords();
  const roles = useRoles();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<RoleName>('viewer');
  const send = useMutation({
    mutationFn: () => call(invite, { body: { email, role, ...(name && { name }) } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['users'] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={t('settings.invite')} closeButtonProps={{ 'aria-label': t('do.close') }}>
      {send.data ? (
        <div className="fields">
          <p className="small">{t('settings.invited', { email: send.data.user.email })}</p>
          <CopyField label={t('settings.link')} value={send.data.link} />
          <Group justify="flex-end">
            <Button onClick={onClose}>{t('do.close')}</Button>
          </Group>
        </div>
      ) : (
        <form onSubmit={submit} className="fields">
          <TextInput
            type="email"
            required
            label={t('login.email')}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            error={fieldError(send.error, '/email')}
          />
          <TextInput
            label={t('rule.name')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={fieldError(send.error, '/name')}
          />
          <NativeSelect
            label={t('settings.role')}
            value={role}
            onChange={(event) => setRole(event.currentTarget.value as RoleName)}
            data={roles.map((each) => ({ value: each, label: wordsFor(t, `roles.${each}`, each) }))}
            error={fieldError(send.error, '/role')}
          />
          <Trouble error={unplaced(send.error, ['/email', '/name', '/role'])} />
          <Group justify="flex-end">
            <Button type="submit" loading={send.isPending}>
              {t('settings.invite')}
            </Button>
          </Group>
        </form>
      )}
    </Modal>
  );
};
