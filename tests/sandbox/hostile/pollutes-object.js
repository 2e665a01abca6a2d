// expect: ok | timeout | plugin_error
export default { score: async (customers, ctx) => {
  for (const name of ['reference', 'copy', 'promise', 'arguments', 'result', 'timeout', 'get', 'set', 'value', 'then'])
    Object.defineProperty(Object.prototype, name, { value: true, configurable: true });
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
