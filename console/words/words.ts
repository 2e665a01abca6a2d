// Chooses the language, loads its words and only those, and formats numbers, money and times in it.
import i18next, { type TFunction } from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import type { Words } from './en.ts';

export const languages = { en: 'English', zh: '中文' } as const;
export type Language = keyof typeof languages;

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'words';
    resources: { words: Words };
  }
}

const stored = 'rapport-language';

const load = async (language: Language): Promise<object> =>
  language === 'zh' ? (await import('./zh.ts')).zh : (await import('./en.ts')).en;

const preferred = (): Language => {
  const kept = localStorage.getItem(stored);
  if (kept === 'en' || kept === 'zh') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
};

const add = async (language: Language): Promise<void> => {
  if (!i18next.hasResourceBundle(language, 'words')) i18next.addResourceBundle(language, 'words', await load(language));
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
};

export const startWords = async (): Promise<void> => {
  const language = preferred();
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    ns: ['words'],
    defaultNS: 'words',
    resources: {},
    partialBundledLanguages: true,
    interpolation: { escapeValue: false },
    react: { useSuspense: false, bindI18nStore: 'added' },
    saveMissing: true,
    missingKeyHandler: (_languages, _namespace, key) => console.error(`missing words: ${key}`),
  });
  await add(language);
};

export const chooseLanguage = async (language: Language): Promise<void> => {
  localStorage.setItem(stored, language);
  await add(language);
  await i18next.changeLanguage(language);
};

/** Words for a key made at run time (a status, an error code), or the fallback when there are none. */
export const wordsFor = (t: TFunction, key: string, fallback: string): string =>
  i18next.exists(key) ? (t as unknown as (key: string) => string)(key) : fallback;

export const useWords = () => {
  const { t, i18n } = useTranslation();
  const language = (i18n.language === 'zh' ? 'zh' : 'en') as Language;
  return { t, language, locale: language === 'zh' ? 'zh-CN' : 'en-GB' };
};
