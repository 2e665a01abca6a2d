// expect: plugin_error
export default { score: async (customers, ctx) => {
  new FinalizationRegistry(() => { for (;;); }).register({}, 1);
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
