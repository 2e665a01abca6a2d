// expect: timeout
export default { score: async (customers, ctx) => {
  return { then() { for (;;); } };
} };
