// The only entry to the language: what segments, promotions and alerts use of it. Everything takes `now`; nothing looks at a clock.

export type { CheckOptions } from './check.ts';
export type { Predicate } from './closures.ts';
export { acceptConditions, type Checked, validateConditions } from './conditions.ts';
export { explain } from './explain.ts';
export { createFactReader, type FactReader } from './fact-store.ts';
export { readPast } from './past-store.ts';
export { type Compiled, compilePredicate, compileRule, dependenciesOf } from './predicate.ts';
export { refusal } from './problems.ts';
export { languageRoutes } from './routes.ts';
export { type CompiledSql, compileSql, hasSql, NoSqlTwin } from './sql.ts';
export { runTests } from './tests.ts';
export type { FactDefinition } from './vocabulary/fact.ts';
export {
  type EventFacts,
  type Facts,
  mergeNeeds,
  type Needs,
  noFacts,
  type OrderFacts,
} from './vocabulary/facts.ts';
export { normaliseCode } from './vocabulary/forms.ts';
export {
  createVocabularySource,
  documentsGeneration,
  rulesGeneration,
  type VocabularySource,
} from './vocabulary/store.ts';
export { createVocabulary, type Vocabulary, type VocabularyOptions } from './vocabulary/vocabulary.ts';
export { createZone, isDay, type Zone } from './vocabulary/zone.ts';
