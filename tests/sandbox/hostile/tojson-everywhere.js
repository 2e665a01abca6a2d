// expect: invalid_result
export default { score: async (customers, ctx) => {
  Object.prototype.toJSON = function () { return { lie: true }; };
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
