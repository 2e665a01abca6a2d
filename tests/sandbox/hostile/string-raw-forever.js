// expect: timeout | killed | plugin_error | memory
export default { score: async (customers, ctx) => {
  String.raw({ raw: { length: 2 ** 53 - 1 } });
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
