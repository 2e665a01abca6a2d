// expect: timeout | killed
export default { score: async (customers, ctx) => {
  Array.prototype.reverse.call({ length: 2 ** 53 - 1 });
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
