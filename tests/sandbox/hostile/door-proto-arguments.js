// expect: plugin_error
export default { score: async (customers, ctx) => {
  await ctx.kv.set('key', 1, JSON.parse('{"__proto__":{"customerId":"x"},"plugin":"good/good"}'));
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
