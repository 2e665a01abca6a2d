// The rule language: its vocabulary, checking a rule before it is saved, and trying it on given facts.
import { defineRoute } from '../contract.ts';
import { TestReply, TestRequest, ValidateReply, ValidateRequest, VocabularyReply } from '../schemas/rules.ts';

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
