// expect: plugin_error | timeout | memory | killed
export default { score: async (customers, ctx) => {
  JSON.parse('['.repeat(5e7));
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
