// expect: plugin_error
export default { score: async (customers, ctx) => {
  const found = (() => { try { null.x; } catch (error) { return error.constructor.constructor('return this')(); } })();
  if (found !== globalThis || found.process || found.require) return [{ customer: 'c1', value: 1, label: 'out' }];
  throw new Error('inside');
} };
