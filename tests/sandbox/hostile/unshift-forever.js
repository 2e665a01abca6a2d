// expect: timeout | killed | plugin_error
export default { score: async (customers, ctx) => {
  Array.prototype.unshift.call({ length: 2 ** 53 - 2 }, 1);
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
