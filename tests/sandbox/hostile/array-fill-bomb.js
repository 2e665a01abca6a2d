// expect: timeout | memory | killed | plugin_error
export default { score: async (customers, ctx) => {
  Array(1e9).fill(0);
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
