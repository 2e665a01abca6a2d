// expect: timeout | killed | memory | plugin_error
export default { score: async (customers, ctx) => {
  (3n ** 20_000_000n).toString();
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
