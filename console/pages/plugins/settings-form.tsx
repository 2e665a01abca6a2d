// The settings of a plugin, as a form made from the schema it declares.
import { Button } from '@mantine/core';
import { changePluginSettings } from '@rapport/sdk/routes';
import type { Plugin } from '@rapport/sdk/schemas';
import Form from '@rjsf/mantine';
import { useMutation } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { call, queries } from '../../api/client.ts';
import { UnsavedGuard } from '../../parts/form.tsx';
import { Trouble, tellDone } from '../../parts/trouble.tsx';
import { useWords } from '../../words/words.ts';
import { idParam } from './plugin-id.ts';
import { formData, formLook, formSchema, toSettings } from './settings-schema.ts';
import { validator } from './validator.ts';

type Settings = Record<string, unknown>;

export const SettingsForm = ({ plugin, readOnly }: { plugin: Plugin; readOnly: boolean }) => {
  const { t, language } = useWords();
  const { settingsSchema, settings } = plugin;
  const [data, setData] = useState<Settings>(() => formData(settingsSchema, settings));
  const [dirty, setDirty] = useState(false);
  const schema = useMemo(() => formSchema(settingsSchema, settings, language), [settingsSchema, settings, language]);
  const look = useMemo(() => formLook(settingsSchema, settings, t('plugins.secretSet')), [settingsSchema, settings, t]);
  const save = useMutation({
    mutationFn: () =>
      call(changePluginSettings, {
        params: { id: idParam(plugin.id) },
        body: { settings: toSettings(settingsSchema, data) },
      }),
    onSuccess: async () => {
      setDirty(false);
      tellDone(t('do.saved'));
      await queries.invalidateQueries({ queryKey: ['plugins'] });
    },
  });
  return (
    <>
      <UnsavedGuard dirty={dirty} />
      <Form
        schema={schema}
        uiSchema={look}
        validator={validator}
        formData={data}
        disabled={readOnly}
        showErrorList={false}
        noHtml5Validate
        focusOnFirstError
        // What is wrong stands at its field; without this rjsf writes it to the browser's console.
        onError={() => {}}
        onChange={({ formData: next }) => {
          setData((next ?? {}) as Settings);
          setDirty(true);
        }}
        onSubmit={() => save.mutate()}
      >
        <Trouble error={save.error} />
        {readOnly ? (
          <span />
        ) : (
          <div className="form-foot">
            <Button type="submit" loading={save.isPending}>
              {t('do.save')}
            </Button>
          </div>
        )}
      </Form>
    </>
  );
};
