// The rule language: its vocabulary, checking a rule before it is saved, and trying it on given facts.

import { Type } from 'typebox';
import { defineRoute } from '../contract.ts';
import { Dependent, UsedName } from '../schemas/rule-documents.ts';
import { TestReply, TestRequest, ValidateReply, ValidateRequest, VocabularyReply } from '../schemas/rules.ts';
import { Closed } from '../schemas/shared.ts';

export const getVocabulary = defineRoute({
  method: 'GET',
  path: '/rules/vocabulary',
  scope: 'rules:read',
  tag: 'rules',
  summary: 'Facts, operators and limits that rules may use',
  reply: VocabularyReply,
});
export const validateRule = defineRoute({
  method: 'POST',
  path: '/rules/validate',
  scope: 'rules:read',
  tag: 'rules',
  summary: 'Check conditions; every problem with a code and a pointer',
  body: ValidateRequest,
  reply: ValidateReply,
});
export const testRule = defineRoute({
  method: 'POST',
  path: '/rules/test',
  scope: 'rules:read',
  tag: 'rules',
  summary: 'Run conditions on given facts and explain each result',
  body: TestRequest,
  reply: TestReply,
});
export const listDependents = defineRoute({
  method: 'GET',
  path: '/rules/dependents',
  scope: 'rules:read',
  tag: 'rules',
  summary:
    'Rules that name something, in their active version or a draft: who is touched when it is archived or removed',
  query: Closed({ of: UsedName }),
  reply: Closed({ data: Type.Array(Dependent) }),
});
