// expect: timeout | memory
export default { score: async (customers, ctx) => {
  Array.from({ length: 3e6 }, (_, i) => i).sort(() => { for (let i = 0; i < 1e4; i++); return -1; });
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
