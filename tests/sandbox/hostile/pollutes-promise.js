// expect: ok | timeout
export default { score: async (customers, ctx) => {
  Promise.prototype.then = function () { for (;;); };
  Promise.resolve = () => { for (;;); };
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
