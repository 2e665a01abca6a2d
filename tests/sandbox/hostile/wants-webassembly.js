// expect: plugin_error
export default { score: async (customers, ctx) => {
  new WebAssembly.Memory({ initial: 65536 });
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
