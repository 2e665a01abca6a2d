// expect: plugin_error
export default { score: async (customers, ctx) => {
  await ctx.kv.set({ toString() { for (;;); } }, 1);
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
