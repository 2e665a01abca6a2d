// expect: limit | timeout
export default { score: async (customers, ctx) => {
  await Promise.all(Array.from({ length: 1e5 }, (_, i) => ctx.kv.get(`key ${i}`)));
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
