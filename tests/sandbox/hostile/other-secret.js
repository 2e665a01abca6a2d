// expect: denied
export default { score: async (customers, ctx) => {
  await ctx.secrets.get('secretKey');
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
