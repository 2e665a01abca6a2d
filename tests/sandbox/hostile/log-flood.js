// expect: ok
export default { score: async (customers, ctx) => {
  for (let i = 0; i < 20_000; i++) ctx.log.info('x'.repeat(1000), { i });
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
