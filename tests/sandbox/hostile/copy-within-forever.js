// expect: timeout | killed
export default { score: async (customers, ctx) => {
  Array.prototype.copyWithin.call({ length: 2 ** 53 - 1 }, 1, 0);
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
