// expect: denied
export default { score: async (customers, ctx) => {
  await ctx.smtp.send({ to: 'a@example.com', subject: 'spam' });
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
