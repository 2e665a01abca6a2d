// expect: plugin_error
export default { score: async (customers, ctx) => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
