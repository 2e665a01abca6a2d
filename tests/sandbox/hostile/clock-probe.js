// expect: ok
export default { score: async (customers, ctx) => {
  const start = Date.now();
  for (let i = 0; i < 1e6; i++);
  if (Date.now() !== start || new Date().getTime() !== start || typeof performance !== 'undefined') throw new Error('a clock');
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
