// expect: plugin_error
export default { score: async (customers, ctx) => {
  const found = ctx.fetch.constructor.constructor('return process')();
  return [{ customer: 'c1', value: 1, label: String(found.pid) }];
} };
