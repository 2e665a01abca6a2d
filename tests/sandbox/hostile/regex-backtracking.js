// expect: timeout
export default { score: async (customers, ctx) => {
  /^(a+)+$/.test(`${'a'.repeat(40)}!`);
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
