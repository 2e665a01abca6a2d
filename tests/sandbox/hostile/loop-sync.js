// expect: timeout
export default { score: async (customers, ctx) => {
  for (;;);
} };
